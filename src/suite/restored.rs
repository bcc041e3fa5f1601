//! A claim file read again from results: what reports need to set its letters and derive its lines.

use super::{Results, SubjectResult};
use crate::claim::{ClaimFile, ClaimKind};

impl Results {
    /// The declarations of a file or theorem with the lines that have a result. `None` where this
    /// text cannot be read, as after a change of the language.
    pub fn claim_file(&self, subject: &SubjectResult) -> Option<ClaimFile> {
        let lines = self.of_subject(&subject.id);
        let lines = lines.map(|line| (line.kind, line.name(), line.statement.as_str()));
        restored(&subject.id, &subject.declarations, lines)
    }
}

fn restored<'a>(
    name: &str,
    declarations: &[String],
    lines: impl Iterator<Item = (ClaimKind, &'a str, &'a str)>,
) -> Option<ClaimFile> {
    let lines = lines.map(|(kind, name, statement)| format!("{} {name}: {statement}", kind.word()));
    // The last instances and margin need not fit the other lines, and say nothing of what they mean.
    let end = ["at", "margin"].map(str::to_owned);
    let text: Vec<String> = declarations.iter().cloned().chain(end).chain(lines).collect();
    ClaimFile::parse(name, &format!("{}\n", text.join("\n"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::library;

    #[test]
    fn every_theorem_is_restored_from_what_its_results_hold() {
        for subject in library().0 {
            let statements = |file: &ClaimFile| -> Vec<(String, String)> {
                let lines = file.claims.iter();
                lines.map(|claim| (claim.name.clone(), claim.proposition.to_string())).collect()
            };
            let written = statements(&subject.file);
            let lines = subject.file.claims.iter().zip(&written);
            let lines = lines.map(|(claim, (name, statement))| (claim.kind, &**name, &**statement));
            let again = restored(&subject.id, &subject.declarations(), lines);
            let again = again.unwrap_or_else(|| panic!("{} is read again", subject.id));
            assert_eq!(statements(&again), written, "{}", subject.id);
            let propositions = again.claims.iter().zip(&subject.file.claims);
            for (again, written) in propositions {
                assert_eq!(again.proposition.latex(), written.proposition.latex());
            }
        }
    }
}
