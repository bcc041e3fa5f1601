//! Certificates of lines that are proved.

use super::decision::{calculus, remainder};
use crate::certificate::{Certificate, check};
use crate::claim::{Claim, ClaimFile, Proposition};

/// The certificate of a line that is proved; `None` for what is not proved, and for what
/// the checker cannot follow: rules that determine no letter, roots of elements, bounds under rules.
pub fn certify(file: &ClaimFile, claim: &Claim, id: &str) -> Option<Certificate> {
    if !claim.proposition.observed_letters().is_empty() {
        return None;
    }
    let mut calculus = calculus(file, claim).ok()?;
    calculus.keep_logs();
    let (mut square, mut bound) = (None, None);
    match &claim.proposition {
        Proposition::Reaches { .. } => return None,
        Proposition::Bound { left, comparison, right, given, form } => {
            let (larger, smaller) = comparison.larger_first(left, right);
            if !larger.is_visibly_at_least(smaller) {
                let form = form.as_ref();
                bound = Some(calculus.show_bound(larger, smaller, given, form).ok()?);
            }
        }
        other => {
            let (difference, _) = remainder(&mut calculus, other).ok()?;
            if difference.is_some() {
                return None;
            }
        }
    }
    if let Proposition::Minimizer { loss, letter, .. } | Proposition::Minimum { loss, letter, .. } =
        &claim.proposition
    {
        let claimed = match &claim.proposition {
            Proposition::Minimizer { value, .. } => Some(value),
            _ => None,
        };
        square = Some(calculus.square(&loss.value, letter, claimed).ok()?);
    }
    let certificate = Certificate {
        format: Certificate::FORMAT.to_owned(),
        claim: id.to_owned(),
        statement: claim.proposition.to_string(),
        text: file.text.to_string(),
        expectations: calculus.logs(),
        square,
        bound,
    };
    match check(&certificate, file, claim) {
        Err(rejection) if rejection.is_beyond_the_checker() => None,
        // A certificate that is wrong comes to light where it is verified.
        _ => Some(certificate),
    }
}
