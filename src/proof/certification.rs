//! Certificates of lines that are proved.

use super::decision::calculus;
use crate::certificate::{Certificate, check};
use crate::claim::{Claim, ClaimFile, Comparison, Proposition};

/// The certificate of a line that is proved; `None` for what is not proved, and for what
/// the checker cannot follow: rules that determine no letter, roots of elements, bounds under rules.
pub fn certify(file: &ClaimFile, claim: &Claim, id: &str) -> Option<Certificate> {
    if !claim.proposition.observed_letters().is_empty() {
        return None;
    }
    let mut calculus = calculus(file, claim).ok()?;
    calculus.keep_logs();
    let (mut square, mut bound) = (None, None);
    let difference = match &claim.proposition {
        Proposition::Equal { left, right } => calculus.difference(left, right).ok()?,
        Proposition::Limit { of, size, value } => {
            calculus.coefficient(of, size, 0, value, true).ok()?
        }
        Proposition::Coefficient { of, size, order, value } => {
            calculus.coefficient(of, size, *order, value, false).ok()?
        }
        Proposition::Minimizer { loss, letter, value } => {
            square = Some(calculus.square(&loss.value, letter, Some(value)).ok()?);
            calculus.minimizer(&loss.value, letter, value).ok()?.0
        }
        Proposition::Minimum { loss, letter, value } => {
            square = Some(calculus.square(&loss.value, letter, None).ok()?);
            calculus.minimum(&loss.value, letter, value).ok()?.0
        }
        Proposition::Bound { left, comparison, right, given, form } => {
            let (larger, smaller) = match comparison {
                Comparison::AtLeast => (left, right),
                Comparison::AtMost => (right, left),
            };
            if !(smaller.is_literally_zero() && larger.is_visibly_nonnegative()) {
                let form = form.as_ref();
                bound = Some(calculus.show_bound(larger, smaller, given, form).ok()?);
            }
            None
        }
        Proposition::Reaches { .. } => return None,
    };
    if difference.is_some() {
        return None;
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
