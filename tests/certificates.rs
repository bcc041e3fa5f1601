//! Certificates: those of the library and of the examples are accepted, changed ones are not.

use isserlis::certificate::{
    Certificate, ElementRow, Expectation, Factor, LetterRow, Meaning, Over, Term, check,
};
use isserlis::claim::{Claim, ClaimFile, ClaimKind, Proposition};
use isserlis::proof::certify;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Every line of the examples and of the theorem library of a kind that has certificates.
fn lines() -> Vec<(ClaimFile, Claim, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/claims");
    let mut files = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of examples")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable example");
        files.push((name.clone(), ClaimFile::parse(&name, &text).expect("no mistakes")));
    }
    let (subjects, _) = isserlis::suite::library();
    files.extend(subjects.into_iter().map(|subject| (subject.id, subject.file)));
    let mut lines = Vec::new();
    for (name, file) in files {
        for claim in &file.claims {
            let has_none = matches!(claim.proposition, Proposition::Reaches { .. });
            if !has_none {
                lines.push((file.clone(), claim.clone(), format!("{name}::{}", claim.name)));
            }
        }
    }
    lines
}

#[test]
fn every_certificate_is_accepted_after_a_round_trip() {
    let mut count = 0;
    for (file, claim, id) in lines() {
        let Some(certificate) = certify(&file, &claim, &id) else { continue };
        let text = serde_json::to_string(&certificate).expect("plain data");
        let read: Certificate = serde_json::from_str(&text).expect("the same format");
        assert_eq!(read, certificate);
        assert_eq!(certify(&file, &claim, &id), Some(certificate), "the same bytes again");
        if let Err(rejection) = check(&read, &file, &claim) {
            panic!("{id}: {rejection}");
        }
        count += 1;
    }
    assert!(count >= 30, "{count} certificates");
}

/// Changes one thing that changes the mathematics; `None` where there is nothing of the kind.
fn corrupted(certificate: &Certificate, kind: u32, random: &mut ChaCha8Rng) -> Option<Certificate> {
    fn any<'a, T>(all: &'a mut [T], random: &mut ChaCha8Rng) -> Option<&'a mut T> {
        let count = all.len();
        if count == 0 { None } else { Some(&mut all[random.random_range(0..count)]) }
    }
    fn more(Term(coefficient, _): &mut Term) {
        let value: dashu_ratio::RBig = coefficient.parse().expect("a rational number");
        *coefficient = (value + dashu_ratio::RBig::ONE).to_string();
    }
    let mut changed = certificate.clone();
    let log = any(&mut changed.expectations, random)?;
    match kind {
        0 => any(&mut any(&mut log.nodes, random)?.to, random)?.0 += 1,
        1 => {
            let node = any(&mut log.nodes, random)?;
            let index = random.random_range(0..node.to.len().max(1));
            (index < node.to.len()).then(|| node.to.remove(index))?;
        }
        2 => more(any(&mut log.result, random)?),
        3 => more(any(&mut log.input, random)?),
        4 => drop(log.result.pop()?),
        5 => drop(log.input.pop()?),
        6 => {
            // A letter of a state becomes another one of the same shape.
            let letters = log.letters.clone();
            let word = any(any(&mut log.states, random)?, random)?;
            let letter = any(word, random)?;
            let (old, shape) = (*letter, |number: usize| {
                (letters[number].rows.clone(), letters[number].columns.clone())
            });
            *letter = (0..letters.len()).find(|new| *new != old && shape(*new) == shape(old))?;
        }
        7 => {
            let sums = [&mut log.result, &mut log.input];
            let terms = sums.into_iter().flatten().filter(|term| !term.1.is_empty());
            let mut terms: Vec<&mut Term> = terms.collect();
            any(&mut any(&mut terms, random)?.1, random)?.1 += 1;
        }
        8 => {
            let size = log.result.iter_mut().flat_map(|term| &mut term.1).find_map(|one| {
                match &mut one.0 {
                    Factor::Scalar(name) if name == "N" => Some(name),
                    _ => None,
                }
            });
            *size? = "d".to_owned();
        }
        9 => {
            let node = any(&mut log.nodes, random)?;
            let targets = node.to.len();
            let target = any(&mut node.to, random).filter(|_| targets > 1)?;
            target.2 = target.2.checked_add(1).filter(|next| *next < log.states.len())?;
        }
        10 => drop(log.nodes.pop()?),
        11 => {
            let law = any(&mut log.laws, random)?;
            law.covariance = if law.covariance.is_empty() { vec![0] } else { Vec::new() };
        }
        12 => drop(changed.expectations.pop()?),
        _ => log.expression.push(' '),
    }
    Some(changed)
}

#[test]
fn every_corrupted_certificate_is_rejected() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut counts = [0; 14];
    let lines: Vec<_> = lines()
        .into_iter()
        .filter_map(|(file, claim, id)| Some((certify(&file, &claim, &id)?, file, claim)))
        .filter(|(certificate, ..)| !certificate.expectations.is_empty())
        .collect();
    while counts.iter().sum::<usize>() < 400 {
        let (certificate, file, claim) = &lines[random.random_range(0..lines.len())];
        let kind = random.random_range(0..14);
        let Some(changed) = corrupted(certificate, kind, &mut random) else { continue };
        let id = &certificate.claim;
        assert!(check(&changed, file, claim).is_err(), "kind {kind} passes: {id}");
        counts[kind as usize] += 1;
    }
    assert!(counts.iter().all(|count| *count > 0), "every kind is tried: {counts:?}");
}

#[test]
fn a_certificate_of_another_line_or_text_is_rejected() {
    let lines = lines();
    let certified =
        lines.iter().filter_map(|(file, claim, id)| Some((certify(file, claim, id)?, file, claim)));
    let certified: Vec<_> = certified.take(8).collect();
    for (index, (certificate, ..)) in certified.iter().enumerate() {
        for (other, (_, file, claim)) in certified.iter().enumerate() {
            assert_eq!(check(certificate, file, claim).is_ok(), index == other);
        }
    }
}

#[test]
fn a_false_limit_has_no_certificate_that_is_accepted() {
    let text = "space d, N\npositive s\nmatrix Lambda[d,d] pd\n\
                define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I\n\
                claim it: coeff(tr(inv(Gamma)), N, 1) == -tr(inv(Lambda)) - tr(Lambda)*tr(inv(Lambda)^2)\n";
    let certified = |text: &str| {
        let file = ClaimFile::parse("it", text).expect("no mistakes");
        let claim = &file.claims[0];
        let forged = Certificate {
            format: Certificate::FORMAT.to_owned(),
            claim: "it".to_owned(),
            statement: claim.proposition.to_string(),
            text: text.to_owned(),
            expectations: Vec::new(),
            square: None,
            bound: None,
        };
        check(&forged, &file, claim)
    };
    assert_eq!(certified(text), Ok(()));
    assert!(certified(&text.replace("- tr(Lambda)*", "- 2*tr(Lambda)*")).is_err());
    assert!(certified(&text.replace("N, 1)", "N, 2)")).is_err());
    let line = |line: &str| {
        let declarations = text.split("claim").next().expect("declarations");
        certified(&format!("{declarations}claim it: {line}\n"))
    };
    assert_eq!(line("limit(tr(inv(Gamma)), N) == tr(inv(Lambda))"), Ok(()));
    assert_eq!(line("limit(N/(N + s) + 1/N, N) == 1"), Ok(()));
    assert!(line("limit(N*tr(Gamma), N) == tr(Lambda)").is_err());
    assert!(line("limit(tr(Gamma), N) == 2*tr(Lambda)").is_err());
}

#[test]
fn a_minimum_needs_a_square_with_visible_signs() {
    let declarations = "space d\nscalar u\npositive s\nmatrix H[d,d] sym\nmatrix U[d,d]\nmatrix W[d,d]\n\
                        matrix Lambda[d,d] pd\ndefine R := Lambda + s*I\n";
    let file = |loss: &str, line: &str| {
        let text = format!("{declarations}let L = {loss}\nclaim it: {line}\n");
        ClaimFile::parse("it", &text).unwrap_or_else(|errors| panic!("{errors:?}"))
    };
    let ridge = "tr(Lambda*W*W') - 2*tr(U*W') + s*tr(W*W')";
    let truth = file(ridge, "minimizer(L, W) == inv(R)*U");
    let certificate = certify(&truth, &truth.claims[0], "it").expect("a true claim");
    assert_eq!(check(&certificate, &truth, &truth.claims[0]), Ok(()));
    let minimum = file(ridge, "minimum(L, W) == -tr(U'*inv(R)*U)");
    let of_minimum = certify(&minimum, &minimum.claims[0], "it").expect("a true claim");
    assert_eq!(check(&of_minimum, &minimum, &minimum.claims[0]), Ok(()));

    let forged = |certificate: &Certificate, loss: &str, line: &str| {
        let file = file(loss, line);
        let mut forged = certificate.clone();
        forged.text = file.text.to_string();
        forged.statement = file.claims[0].proposition.to_string();
        check(&forged, &file, &file.claims[0])
    };
    assert!(forged(&certificate, ridge, "minimizer(L, W) == U*inv(R)").is_err());
    assert!(forged(&of_minimum, ridge, "minimum(L, W) == 0").is_err());
    let concave = "2*tr(U*W') - tr(Lambda*W*W') - s*tr(W*W')";
    assert!(forged(&certificate, concave, "minimizer(L, W) == inv(R)*U").is_err());
    for kind in 0..5 {
        let mut changed = of_minimum.clone();
        let square = changed.square.as_mut().expect("a square");
        match kind {
            0 => drop(square.terms.pop()),
            1 => square.terms[0].0[0].0 = "-1".to_owned(),
            2 => square.log.result[0].0 = "7".to_owned(),
            3 => square.terms[0].1.push(0),
            _ => changed.square = None,
        }
        assert!(check(&changed, &minimum, &minimum.claims[0]).is_err(), "kind {kind}");
    }

    // Squares that complete, with terms whose sign nobody declared.
    for (term, declared) in [("H", "sym"), ("Lambda", "pd")] {
        let loss = format!("tr({term}*W*W')");
        let file = file(&loss, "minimizer(L, W) == 0*W");
        let certificate = certify(&file, &file.claims[0], "it");
        assert_eq!(certificate.is_some(), declared == "pd");
    }
}

#[test]
fn no_random_letter_hides_in_a_definition() {
    // E[tr(X X')^2] is not E[tr(X X')]^2. Were tr(X X') allowed as the slope of an element of the
    // family of Lambda, both could be logged as if nothing had to be integrated.
    let text = "space d, N\nmatrix Lambda[d,d] pd\ngaussian X[d,N] ~ Lambda\n\
                claim it: E[tr(X*X')^2] == E[tr(X*X')]^2\n";
    let file = ClaimFile::parse("it", text).expect("no mistakes");
    let claim = &file.claims[0];
    let row = |name: &str, transposed, sides: [&str; 2], powers: &[(u16, i32)]| LetterRow {
        name: name.to_owned(),
        transposed,
        rows: sides[0].to_owned(),
        columns: sides[1].to_owned(),
        powers: powers.to_vec(),
    };
    let one = || "1".to_owned();
    let log = |expression: &str, power: i32| {
        let value = vec![Term(
            one(),
            vec![(Factor::Trace(vec![2]), power), (Factor::Trace(vec![3]), -power)],
        )];
        Expectation {
            expression: expression.to_owned(),
            letters: vec![
                row("X", false, ["d", "N"], &[]),
                row("X", true, ["N", "d"], &[]),
                row("Lambda", false, ["d", "d"], &[(1, 2)]),
                row("Lambda", false, ["d", "d"], &[(0, 2)]),
            ],
            elements: vec![ElementRow {
                family: "Lambda".to_owned(),
                generator: 1,
                slope: vec![Term(one(), vec![(Factor::Trace(vec![0, 1]), 1)])],
                shift: Vec::new(),
            }],
            states: vec![Vec::new()],
            input: value.clone(),
            result: value,
            ..Expectation::default()
        }
    };
    let [left, right] = claim.proposition.expressions()[..] else { panic!("two sides") };
    let inner = right.to_string();
    let inner = inner.strip_suffix("^2").expect("a square");
    let forged = Certificate {
        format: Certificate::FORMAT.to_owned(),
        claim: "it".to_owned(),
        statement: claim.proposition.to_string(),
        text: text.to_owned(),
        expectations: vec![log(&left.to_string(), 2), log(inner, 1)],
        square: None,
        bound: None,
    };
    let rejection = check(&forged, &file, claim).expect_err("a false claim").to_string();
    assert_eq!(rejection, "a definition that holds a random letter or the marker");
}

#[test]
fn a_false_claim_has_no_certificate_that_is_accepted() {
    let text = "space d, N\nmatrix Lambda[d,d] pd\ngaussian X[d,N] ~ Lambda\n\
                claim it: E[X*X'*X*X'] == N*(N + 1)*Lambda^2 + N*tr(Lambda)*Lambda\n";
    let truth = ClaimFile::parse("it", text).expect("no mistakes");
    let certificate = certify(&truth, &truth.claims[0], "it").expect("a true claim");
    assert!(check(&certificate, &truth, &truth.claims[0]).is_ok());
    for (old, new) in
        [("N + 1", "N + 2"), ("tr(Lambda)*Lambda", "tr(Lambda^2)*I"), ("X*X'*X", "2*X*X'*X")]
    {
        let file = ClaimFile::parse("it", &text.replace(old, new)).expect("no mistakes");
        let claim = &file.claims[0];
        assert_eq!(certify(&file, claim, "it"), None);
        let mut forged = certificate.clone();
        forged.text = file.text.to_string();
        forged.statement = claim.proposition.to_string();
        for log in &mut forged.expectations {
            log.expression = log.expression.replace(old, new);
        }
        assert!(check(&forged, &file, claim).is_err(), "{new}");
    }
}

#[test]
fn proofs_under_rules_and_with_roots_have_certificates() {
    let text = "space d\nscalar q, al, be\npositive s\nmatrix Psi[d,d] pd\nmatrix Lambda[d,d] pd\n\
                matrix K[d,d]\nvector v[d]\n\
                rule Psi*Lambda*K == (I - be*K)/al\nrule q^4 == tr(Lambda^2)\n\
                claim solved: al*Psi*Lambda*K + be*K == I\n\
                claim power: q^6 == q^2*tr(Lambda^2)\n\
                claim norm: ||v||^3/||v|| == v'*v\n\
                claim root: Lambda^(1/2)*Psi*Lambda^(1/2)*s^(1/2)*s^(1/2) == s*Lambda^(1/2)*Psi*Lambda^(1/2)\n\
                refute order: al*Lambda*Psi*K + be*K == I\n\
                refute exponent: q^6 == q*tr(Lambda^2)\n";
    let file = ClaimFile::parse("rules.claim", text).expect("no mistakes");
    for claim in &file.claims {
        let certificate = certify(&file, claim, &claim.name);
        if claim.kind == ClaimKind::Claim {
            let certificate = certificate.unwrap_or_else(|| panic!("{}", claim.name));
            check(&certificate, &file, claim).expect(&claim.name);
        } else {
            assert_eq!(certificate, None, "{}", claim.name);
            // The certificate of a line without expectations holds nothing but what it says.
            let mut forged = certify(&file, &file.claims[0], &claim.name).expect("proved");
            forged.statement = claim.proposition.to_string();
            let rejection = check(&forged, &file, claim).expect_err(&claim.name);
            assert_eq!(rejection.reason, "the two sides differ at a random point");
        }
    }
}

#[test]
fn an_equation_that_holds_at_seven_dimensions_alone_is_rejected() {
    let product = (7..13).map(|size| format!("(d - {size})")).collect::<Vec<_>>().join("*");
    let text = format!(
        "space d\nmatrix A[d,d]\nclaim it: tr(A)*d^0 == tr(A)\nrefute few: {product}*tr(A) == 0\n"
    );
    let file = ClaimFile::parse("few.claim", &text).expect("no mistakes");
    let mut forged = certify(&file, &file.claims[0], "few").expect("proved");
    forged.statement = file.claims[1].proposition.to_string();
    check(&forged, &file, &file.claims[1]).expect_err("it fails at other sizes");
}

const BOUNDS: &str = "\
space d, N
scalar u, a
positive s, t
matrix A[d,d]
matrix H[d,d] sym
matrix U[d,d]
matrix V[d,N]
matrix Lambda[d,d] pd
matrix Omega[d,d] pd
gaussian x[d] ~ Lambda
define R := Lambda + s*I
claim floor: tr(Lambda^2) >= s*tr(Lambda) given Lambda >= s
claim trace: tr(Lambda)*tr(Omega) >= s*t*d^2 given Lambda >= s, Omega >= t
claim size: tr(Lambda) >= s given Lambda >= s
claim divisor: 1/(N - d) >= 0 given N >= d + 1
claim below: s^2 <= s given s <= 1
claim chain: u >= s given a >= s, u >= a
claim sturm: tr(Lambda^3) - 2*tr(Lambda^2) + tr(Lambda) >= 0
claim homogeneous: tr(Lambda^2) + s^2*d >= 2*s*tr(Lambda)
claim line: tr(H^4) - 2*tr(H^2) + d >= 0
claim scalars: u^2 + a^2 >= 2*u*a
claim products: tr(Lambda)^2 >= tr(Lambda^2)
claim cauchy: d*tr(Lambda^2) >= tr(Lambda)^2
claim harmonic: tr(Lambda)*tr(inv(Lambda)) >= d^2
claim poles: tr(inv(R)*Lambda) <= tr(Lambda)/s
claim form: tr(Lambda*U*Lambda*U') - s^2*tr(U*U') >= 0 given Lambda >= s, form U
claim oblong: tr(Lambda*V*V') >= s*tr(V*V') given Lambda >= s, form V
claim expected: E[(x'*A*x)^2] >= 0
claim moment: E[(x'*x)^2] >= 2*tr(Lambda^2)
refute more: tr(Lambda^2) >= 2*s*tr(Lambda) given Lambda >= s
refute cubic: tr(Lambda^3) - 3*tr(Lambda^2) + tr(Lambda) >= 0
refute square: tr(Lambda)^2 >= 2*tr(Lambda^2)
refute indefinite: tr(H)^2 >= tr(H^2)
refute steeper: tr(Lambda*U*Lambda*U') - 2*s^2*tr(U*U') >= 0 given Lambda >= s, form U
";

#[test]
fn a_bound_has_a_certificate_that_fits_no_other_bound() {
    let file = ClaimFile::parse("bounds", BOUNDS).expect("no mistakes");
    for claim in &file.claims {
        let certificate = certify(&file, claim, &claim.name);
        if claim.kind == ClaimKind::Refute {
            assert_eq!(certificate, None, "{}", claim.name);
            continue;
        }
        let certificate = certificate.unwrap_or_else(|| panic!("{} has none", claim.name));
        assert_eq!(check(&certificate, &file, claim), Ok(()), "{}", claim.name);
        for other in file.claims.iter().filter(|other| other.name != claim.name) {
            let mut forged = certificate.clone();
            forged.statement = other.proposition.to_string();
            assert!(check(&forged, &file, other).is_err(), "{} for {}", claim.name, other.name);
        }
    }
}

#[test]
fn every_corrupted_certificate_of_a_bound_is_rejected() {
    fn any<'a, T>(all: &'a mut [T], random: &mut ChaCha8Rng) -> Option<&'a mut T> {
        let count = all.len();
        if count == 0 { None } else { Some(&mut all[random.random_range(0..count)]) }
    }
    let file = ClaimFile::parse("bounds", BOUNDS).expect("no mistakes");
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let certified: Vec<_> = file
        .claims
        .iter()
        .filter_map(|claim| Some((certify(&file, claim, &claim.name)?, claim)))
        .filter(|(certificate, _)| certificate.bound.is_some())
        .collect();
    let corrupted = |certificate: &Certificate, kind: u32, random: &mut ChaCha8Rng| {
        let mut changed = certificate.clone();
        let bound = changed.bound.as_mut()?;
        let variables: Vec<String> = bound.variables.keys().cloned().collect();
        match kind {
            0 => drop(bound.parts.pop()?),
            1 => any(&mut any(&mut bound.parts, random)?.above, random)?.0 = "7/3".to_owned(),
            2 => {
                let term = any(&mut any(&mut bound.parts, random)?.above, random)?;
                term.0 = format!("{}", -term.0.parse::<dashu_ratio::RBig>().ok()?);
            }
            3 => {
                let part = any(&mut bound.parts, random)?;
                any(&mut any(&mut part.above, random)?.1, random)?.1 += 1;
            }
            4 => {
                let part = any(&mut bound.parts, random)?;
                let length = part.above.len();
                part.above
                    .remove(random.random_range(0..length.max(1)).min(length.checked_sub(1)?));
            }
            5 => {
                let part = any(&mut bound.parts, random)?;
                let new = [Over::Once, Over::Entries, Over::Eigenvalues, Over::Pairs]
                    [random.random_range(0..4)];
                (part.over != new).then(|| part.over = new)?;
            }
            6 => {
                let name = any(&mut variables.clone(), random)?.clone();
                let meaning = bound.variables.get_mut(&name)?;
                *meaning = match meaning {
                    Meaning::Size(size) => Meaning::Size(format!("{size}d")),
                    Meaning::Given(place) => Meaning::Given(*place + 1),
                    Meaning::Ratio(place) => Meaning::Given(*place),
                    Meaning::Trace(place) => Meaning::Trace(*place + 1),
                    Meaning::Row(None) | Meaning::Column(None) => Meaning::Gap,
                    Meaning::Row(_) | Meaning::Column(_) => Meaning::Row(None),
                    _ => Meaning::Row(None),
                };
            }
            7 => drop(bound.variables.remove(any(&mut variables.clone(), random)?)?),
            8 => {
                bound.basis = bound.basis.as_ref().map(|_| "A".to_owned()).or(Some("U".to_owned()))
            }
            9 => any(&mut any(&mut bound.parts, random)?.below, random)?
                .push(Term("1".to_owned(), Vec::new())),
            10 => {
                // Negative over negative.
                let part = any(&mut bound.parts, random)?;
                let minus = || vec![Term("-1".to_owned(), Vec::new())];
                part.below.extend([minus(), minus()]);
            }
            _ => changed.bound = None,
        }
        (changed != *certificate).then_some(changed)
    };
    let mut counts = [0; 12];
    while counts.iter().sum::<usize>() < 300 {
        let (certificate, claim) = &certified[random.random_range(0..certified.len())];
        let kind = random.random_range(0..12);
        let Some(changed) = corrupted(certificate, kind, &mut random) else { continue };
        counts[kind as usize] += 1;
        assert!(check(&changed, &file, claim).is_err(), "kind {kind} passes: {}", claim.name);
    }
    assert!(counts.iter().all(|count| *count > 0), "every kind is tried: {counts:?}");
}

#[test]
fn a_variable_has_the_sign_that_the_claim_gives_it() {
    let text = "space d\nscalar u\npositive s\nmatrix H[d,d] sym\nmatrix Lambda[d,d] pd\n\
                claim first: tr(Lambda) >= 0\nclaim given: u >= s given u >= s\n\
                refute second: tr(H) >= 0\nrefute free: u >= s given s >= u\n\
                refute other: u >= 0\n";
    let file = ClaimFile::parse("signs", text).expect("no mistakes");
    let claim = |name: &str| file.claims.iter().find(|claim| *claim.name == *name).expect("a line");
    let certificate = certify(&file, claim("given"), "given").expect("proved");
    for name in ["free", "other"] {
        let mut forged = certificate.clone();
        forged.statement = claim(name).proposition.to_string();
        assert!(check(&forged, &file, claim(name)).is_err(), "{name}");
    }
    // A sum over the eigenvalues of a matrix that is only symmetric.
    let sum = |basis: &str, line: &str| {
        let mut forged = certificate.clone();
        forged.statement = claim(line).proposition.to_string();
        let bound = forged.bound.as_mut().expect("a bound");
        bound.basis = Some(basis.to_owned());
        bound.variables = [("#row".to_owned(), Meaning::Row(None))].into();
        bound.parts[0].over = Over::Eigenvalues;
        let variable = Factor::Scalar("#row".to_owned());
        bound.parts[0].above = vec![Term("1".to_owned(), vec![(variable, 1)])];
        bound.parts[0].below = Vec::new();
        check(&forged, &file, claim(line))
    };
    assert_eq!(sum("Lambda", "first"), Ok(()));
    assert!(sum("H", "second").is_err());
    assert!(sum("Lambda", "second").is_err());
}
