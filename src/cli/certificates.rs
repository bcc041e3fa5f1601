//! `isserlis check --certificates` and `isserlis verify`: certificates written and checked.

use super::Exit;
use super::options::ShowOptions;
use super::output::{make_folder, message, print, write};
use crate::certificate::{Certificate, check};
use crate::claim::ClaimFile;
use crate::proof::certify;
use crate::suite::{Results, Subject};
use crate::verdict::{EvidenceKind, Verdict};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Writes the certificate of every proved line that has one, and its hash into the results.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn write_certificates(
    folder: &Path,
    subjects: &[Subject],
    results: &mut Results,
    show: ShowOptions,
) -> anyhow::Result<()> {
    make_folder(folder)?;
    let proved = results.claims.iter_mut().filter(|result| result.verdict == Verdict::Proved);
    let (mut written, mut without) = (0, 0);
    for result in proved {
        let subject = subjects.iter().find(|subject| subject.id == result.subject());
        let claim = subject.and_then(|subject| {
            let claims = &subject.file.claims;
            Some((subject, claims.iter().find(|claim| claim.name == result.name())?))
        });
        let certificate =
            claim.and_then(|(subject, claim)| certify(&subject.file, claim, &result.id));
        let Some(certificate) = certificate else {
            without += 1;
            continue;
        };
        let plain = |letter: char| if letter.is_alphanumeric() { letter } else { '_' };
        let name: String = result.id.chars().map(plain).collect();
        let text = format!("{}\n", serde_json::to_string(&certificate)?);
        write(&folder.join(format!("{name}.json")), &text)?;
        written += 1;
        for piece in &mut result.evidence {
            if piece.kind == EvidenceKind::Proof {
                piece.certificate = Some(format!("sha256:{}", hexadecimal(&text)));
            }
        }
    }
    if !show.quiet {
        let place = folder.display();
        let rest = match without {
            0 => String::new(),
            count => format!("; {count} proved lines are of kinds that have none"),
        };
        message(&format!("wrote {written} certificates to {place}{rest}"), show);
    }
    Ok(())
}

fn hexadecimal(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks certificates, those of folders too; 1 where one is rejected.
///
/// # Errors
/// Where a file cannot be read, and where there is none.
pub(super) fn verify(paths: &[PathBuf], show: ShowOptions) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    for path in &certificates(paths)? {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| anyhow::anyhow!("cannot read `{shown}`: {error}"))?;
        let certificate: Certificate = serde_json::from_str(&text)
            .map_err(|error| anyhow::anyhow!("`{shown}` is no certificate: {error}"))?;
        let line = match judge(&certificate) {
            Ok(()) => format!("accepted  {}: {}\n", certificate.claim, certificate.statement),
            Err(reason) => {
                exit = Exit::Refuted;
                format!("rejected  {}: {reason}\n", certificate.claim)
            }
        };
        print(&line, show)?;
    }
    Ok(exit)
}

/// The files, and all `*.json` in folders, by name.
fn certificates(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let shown = path.display();
        let entries = std::fs::read_dir(path)
            .map_err(|error| anyhow::anyhow!("cannot read `{shown}`: {error}"))?;
        let inside = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let mut inside: Vec<PathBuf> =
            inside.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
        if inside.is_empty() {
            anyhow::bail!("`{shown}` holds no certificate (`*.json`)");
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

/// The certificate against the text that it holds.
fn judge(certificate: &Certificate) -> Result<(), String> {
    let name = certificate.claim.rsplit("::").next().unwrap_or_default();
    let file = ClaimFile::parse(name, &certificate.text)
        .map_err(|_| "its text is no claim file without mistakes".to_owned())?;
    let claim = file.claims.iter().find(|claim| claim.name == name);
    let claim = claim.ok_or_else(|| format!("its text has no line `{name}`"))?;
    check(certificate, &file, claim).map_err(|rejection| rejection.to_string())
}
