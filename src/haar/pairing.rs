//! Matchings of a few points, and what they form together.

/// The partner of every point; points without one are their own.
pub(super) type Matching = Vec<usize>;

/// All matchings of `points` points that leave some single (`partial`) or none.
pub(super) fn matchings(points: usize, partial: bool) -> Vec<Matching> {
    let mut all = Vec::new();
    extend(&mut (0..points).collect(), 0, partial, &mut all);
    all
}

fn extend(partners: &mut Matching, from: usize, partial: bool, all: &mut Vec<Matching>) {
    let points = partners.len();
    // Points before `from` are decided; those after it may have partners before it.
    let Some(first) = (from..points).find(|&point| partners[point] == point) else {
        all.push(partners.clone());
        return;
    };
    for second in
        (first + 1..points).filter(|&second| partners[second] == second).collect::<Vec<_>>()
    {
        (partners[first], partners[second]) = (second, first);
        extend(partners, first + 1, partial, all);
        (partners[first], partners[second]) = (first, second);
    }
    if partial {
        extend(partners, first + 1, partial, all);
    }
}

/// Number of loops and of open paths that a perfect matching and another one form together.
pub(super) fn components(perfect: &Matching, other: &Matching) -> (usize, usize) {
    let mut seen = vec![false; perfect.len()];
    // Whether this component is met for the first time.
    let mut follow = |start: usize| {
        let (fresh, mut point) = (!seen[start], start);
        while !seen[point] {
            let next = perfect[point];
            (seen[point], seen[next]) = (true, true);
            point = other[next];
        }
        fresh
    };
    let ends = |point: &usize| other[*point] == *point;
    let (mut loops, mut paths) = (0, 0);
    // Each path is met at both of its ends, and from the second on it has been seen.
    for (points, count) in [
        ((0..perfect.len()).filter(ends).collect::<Vec<_>>(), &mut paths),
        ((0..perfect.len()).collect(), &mut loops),
    ] {
        for point in points {
            *count += usize::from(follow(point));
        }
    }
    (loops, paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchings_are_counted_by_the_known_numbers() {
        // (2k-1)!! perfect matchings of 2k points, and the involutions of so many.
        let counts = |partial| [2, 4, 6].map(|points| matchings(points, partial).len());
        assert_eq!(counts(false), [1, 3, 15]);
        assert_eq!(counts(true), [2, 10, 76]);
    }

    #[test]
    fn components_are_loops_and_paths() {
        let pairs = vec![1, 0, 3, 2];
        assert_eq!(components(&pairs, &pairs), (2, 0));
        assert_eq!(components(&pairs, &vec![2, 3, 0, 1]), (1, 0));
        assert_eq!(components(&pairs, &vec![0, 1, 2, 3]), (0, 2));
        assert_eq!(components(&pairs, &vec![0, 2, 1, 3]), (0, 1));
        assert_eq!(components(&pairs, &vec![1, 0, 2, 3]), (1, 1));
    }
}
