//! A layered drawing of what builds on what: foundations above, what uses them below, and lines
//! that cross seldom (Sugiyama's method with medians; places by least squares).

use std::collections::BTreeMap;

/// Rounds of ordering and of placing. The drawings stop changing long before.
const ROUNDS: usize = 24;

/// A drawing without scale: one unit is the width of a node, or the height of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    /// The centre of each node across, from 0.5 on.
    pub(super) across: Vec<f64>,
    /// The layer of each node.
    pub(super) layer: Vec<usize>,
    /// Of each edge the points that it passes, a layer each, from the used node to the user.
    pub(super) routes: Vec<Vec<(f64, usize)>>,
    /// Width in nodes.
    pub(super) width: f64,
    /// Number of layers.
    pub(super) layers: usize,
}

/// The drawing of a graph with `count` nodes and edges `(used, user)` without cycles. Connected
/// parts stand below one another, the largest first; single nodes share layers at the end.
pub(super) fn draw(count: usize, edges: &[(usize, usize)]) -> Drawing {
    let mut drawing = Drawing {
        across: vec![0.0; count],
        layer: vec![0; count],
        routes: vec![Vec::new(); edges.len()],
        width: 0.0,
        layers: 0,
    };
    let (parts, single): (Vec<_>, Vec<_>) =
        parts(count, edges).into_iter().partition(|part| part.len() > 1);
    // Parts of few layers stand side by side while the widest part leaves room for them.
    let mut shelf = Shelf { left: 0.0, top: 0, bottom: 0 };
    for part in parts {
        let inner: Vec<usize> =
            (0..edges.len()).filter(|&edge| part.contains(&edges[edge].0)).collect();
        let place = |node: usize| part.iter().position(|&one| one == node).expect("in the part");
        let local: Vec<_> =
            inner.iter().map(|&edge| (place(edges[edge].0), place(edges[edge].1))).collect();
        let own = connected(part.len(), &local);
        shelf.make_room(own.width, own.layers, drawing.width);
        for (index, &node) in part.iter().enumerate() {
            drawing.across[node] = shelf.left + own.across[index];
            drawing.layer[node] = shelf.top + own.layer[index];
        }
        for (route, &edge) in own.routes.iter().zip(&inner) {
            let moved = route.iter().map(|(x, layer)| (shelf.left + x, shelf.top + layer));
            drawing.routes[edge] = moved.collect();
        }
        shelf.put(own.width, own.layers);
        drawing.width = drawing.width.max(shelf.left);
        drawing.layers = shelf.bottom;
    }
    let a_row = (drawing.width as usize).max(5);
    for node in single.into_iter().flatten() {
        if shelf.left + 1.0 > a_row as f64 || shelf.top + 1 < shelf.bottom {
            shelf = Shelf { left: 0.0, top: shelf.bottom, bottom: shelf.bottom };
        }
        drawing.across[node] = shelf.left + 0.5;
        drawing.layer[node] = shelf.top;
        shelf.put(1.0, 1);
        drawing.width = drawing.width.max(shelf.left);
        drawing.layers = shelf.bottom;
    }
    drawing
}

/// Where the next part goes.
struct Shelf {
    left: f64,
    top: usize,
    bottom: usize,
}

impl Shelf {
    /// Starts a new shelf where a part would make this one wider than the drawing or deeper.
    fn make_room(&mut self, width: f64, layers: usize, widest: f64) {
        let deeper = self.top + layers > self.bottom;
        if self.left > 0.0 && (self.left + width > widest || deeper) {
            *self = Self { left: 0.0, top: self.bottom, bottom: self.bottom };
        }
    }

    fn put(&mut self, width: f64, layers: usize) {
        self.left += width;
        self.bottom = self.bottom.max(self.top + layers);
    }
}

/// The connected parts, the largest first.
fn parts(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut part: Vec<usize> = (0..count).collect();
    while let Some(&(a, b)) = edges.iter().find(|(a, b)| part[*a] != part[*b]) {
        let (kept, gone) = (part[a].min(part[b]), part[a].max(part[b]));
        part.iter_mut().filter(|one| **one == gone).for_each(|one| *one = kept);
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, &part) in part.iter().enumerate() {
        parts.entry(part).or_default().push(node);
    }
    let mut parts: Vec<_> = parts.into_values().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
}

/// The drawing of a connected graph. Edges over several layers get a bend in each.
fn connected(count: usize, edges: &[(usize, usize)]) -> Drawing {
    let layer = layers(count, edges);
    let mut levels = vec![Vec::new(); layer.iter().max().map_or(0, |last| last + 1)];
    (0..count).for_each(|node| levels[layer[node]].push(node));
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut chains = Vec::new();
    for &(used, user) in edges {
        let mut chain = vec![used];
        for level in levels.iter_mut().take(layer[user]).skip(layer[used] + 1) {
            level.push(above.len());
            above.push(vec![*chain.last().expect("it starts with a node")]);
            chain.push(above.len() - 1);
        }
        above[user].push(*chain.last().expect("it starts with a node"));
        chain.push(user);
        chains.push(chain);
    }
    let mut below = vec![Vec::new(); above.len()];
    for (node, upper) in above.iter().enumerate() {
        upper.iter().for_each(|&one| below[one].push(node));
    }
    let levels = ordered(levels, &above, &below);
    let across = placed(&levels, &above, &below, count);
    let left = across.iter().copied().fold(f64::INFINITY, f64::min) - 0.5;
    let right = across.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 0.5;
    let across: Vec<f64> = across.into_iter().map(|x| x - left).collect();
    let route = |chain: &Vec<usize>| {
        let first = layer[chain[0]];
        chain.iter().enumerate().map(|(step, &one)| (across[one], first + step)).collect()
    };
    Drawing {
        routes: chains.iter().map(route).collect(),
        across: across[..count].to_vec(),
        layers: levels.len(),
        width: right - left,
        layer,
    }
}

/// The layer of each node: one below the lowest that it uses.
fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0; count];
    // No path is longer than the number of nodes.
    for _ in 0..count {
        for &(used, user) in edges {
            layer[user] = layer[user].max(layer[used] + 1);
        }
    }
    layer
}

/// The order in each layer with the fewest crossings that sweeps by medians find.
fn ordered(
    mut levels: Vec<Vec<usize>>,
    above: &[Vec<usize>],
    below: &[Vec<usize>],
) -> Vec<Vec<usize>> {
    let mut best = (crossings(&levels, below), levels.clone());
    for round in 0..ROUNDS {
        let down = round % 2 == 0;
        let neighbours = if down { above } else { below };
        for step in 1..levels.len() {
            let at = if down { step } else { levels.len() - 1 - step };
            let next = if down { at - 1 } else { at + 1 };
            let place = places(&levels[next], neighbours.len());
            let median = |node: &usize| {
                let mut places: Vec<usize> =
                    neighbours[*node].iter().map(|&one| place[one]).collect();
                places.sort_unstable();
                let middle = places.len() / 2;
                match places.len() {
                    0 => None,
                    length if length % 2 == 1 => Some(places[middle] as f64),
                    _ => Some((places[middle - 1] + places[middle]) as f64 / 2.0),
                }
            };
            let own = places(&levels[at], neighbours.len());
            let key = |node: &usize| median(node).unwrap_or(own[*node] as f64);
            levels[at].sort_by(|a, b| key(a).total_cmp(&key(b)));
        }
        let crossings = crossings(&levels, below);
        if crossings < best.0 {
            best = (crossings, levels.clone());
        }
    }
    best.1
}

fn places(level: &[usize], count: usize) -> Vec<usize> {
    let mut places = vec![0; count];
    level.iter().enumerate().for_each(|(place, &node)| places[node] = place);
    places
}

/// Pairs of lines that cross.
fn crossings(levels: &[Vec<usize>], below: &[Vec<usize>]) -> usize {
    let between = |pair: &[Vec<usize>]| {
        let place = places(&pair[1], below.len());
        let lines: Vec<(usize, usize)> = pair[0]
            .iter()
            .enumerate()
            .flat_map(|(upper, &node)| below[node].iter().map(move |&one| (upper, one)))
            .map(|(upper, one)| (upper, place[one]))
            .collect();
        let crosses =
            |&(a, b): &(usize, usize)| lines.iter().filter(|(c, d)| a < *c && b > *d).count();
        lines.iter().map(crosses).sum::<usize>()
    };
    levels.windows(2).map(between).sum()
}

/// Places across, near the weighted mean of the neighbours. Bends, from number `count` on, are
/// narrow, and lines between two of them pull most, so that long lines run straight.
fn placed(
    levels: &[Vec<usize>],
    above: &[Vec<usize>],
    below: &[Vec<usize>],
    count: usize,
) -> Vec<f64> {
    let half = |node: usize| if node < count { 0.5 } else { 0.07 };
    let pull = |a: usize, b: usize| match (a < count, b < count) {
        (true, true) => 1.0,
        (false, false) => 8.0,
        _ => 2.0,
    };
    let mut across = vec![0.0; above.len()];
    for level in levels {
        let mut right = 0.0;
        for &node in level {
            across[node] = right + half(node);
            right += 2.0 * half(node);
        }
    }
    for round in 0..ROUNDS {
        for step in 0..levels.len() {
            let level = &levels[if round % 2 == 0 { step } else { levels.len() - 1 - step }];
            let wanted = level.iter().map(|&node| {
                let near = above[node].iter().chain(&below[node]);
                let (sum, weight) = near.fold((0.0, 0.0), |(sum, weight), &one| {
                    let pull = pull(node, one);
                    (sum + pull * across[one], weight + pull)
                });
                // What has no neighbours stays where it is.
                if weight > 0.0 { (sum / weight, weight) } else { (across[node], 1.0) }
            });
            let wanted: Vec<(f64, f64)> = wanted.collect();
            let widths: Vec<f64> = level.iter().map(|&node| half(node)).collect();
            for (&node, x) in level.iter().zip(apart(&wanted, &widths)) {
                across[node] = x;
            }
        }
    }
    across
}

/// The places nearest to the wanted ones, in least squares with these weights, at which neighbours
/// keep their distance: isotonic regression by pooling, after the distances are taken off.
fn apart(wanted: &[(f64, f64)], half: &[f64]) -> Vec<f64> {
    let mut offsets = vec![0.0; wanted.len()];
    for index in 1..wanted.len() {
        offsets[index] = offsets[index - 1] + half[index - 1] + half[index];
    }
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((place, weight), offset) in wanted.iter().zip(&offsets) {
        let mut pool = (place - offset, *weight, 1);
        while let Some((mean, weight, size)) = pools.pop_if(|(mean, ..)| *mean > pool.0) {
            let total = weight + pool.1;
            pool = ((mean * weight + pool.0 * pool.1) / total, total, size + pool.2);
        }
        pools.push(pool);
    }
    let means = pools.into_iter().flat_map(|(mean, _, size)| std::iter::repeat_n(mean, size));
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graphs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
        (2_usize..14).prop_flat_map(|count| {
            let edge = (0..count, 0..count)
                .prop_filter_map("a node uses earlier ones", |(a, b)| {
                    (a != b).then(|| (a.min(b), a.max(b)))
                });
            (Just(count), proptest::collection::btree_set(edge, 0..20))
                .prop_map(|(count, edges)| (count, edges.into_iter().collect()))
        })
    }

    proptest! {
        #[test]
        fn nodes_do_not_overlap_and_users_stand_below((count, edges) in graphs()) {
            let drawing = draw(count, &edges);
            for (a, b) in (0..count).flat_map(|b| (0..b).map(move |a| (a, b))) {
                let apart = (drawing.across[a] - drawing.across[b]).abs() > 0.999;
                prop_assert!(drawing.layer[a] != drawing.layer[b] || apart);
            }
            for (route, &(used, user)) in drawing.routes.iter().zip(&edges) {
                prop_assert!(drawing.layer[used] < drawing.layer[user]);
                let ends = [(drawing.across[used], drawing.layer[used]),
                            (drawing.across[user], drawing.layer[user])];
                prop_assert_eq!([route[0], *route.last().unwrap()], ends);
                prop_assert!(route.windows(2).all(|pair| pair[0].1 + 1 == pair[1].1));
            }
            for node in 0..count {
                let x = drawing.across[node];
                prop_assert!(x >= 0.499 && x <= drawing.width - 0.499, "{} of {}", x, drawing.width);
                prop_assert!(drawing.layer[node] < drawing.layers);
            }
        }
    }

    #[test]
    fn two_lines_that_need_not_cross_do_not() {
        // a, b above; c uses b, d uses a: the order below must be d, c.
        let drawing = draw(5, &[(1, 2), (0, 3), (0, 4), (1, 4)]);
        let flips =
            (drawing.across[0] < drawing.across[1]) != (drawing.across[3] < drawing.across[2]);
        assert!(!flips, "{drawing:?}");
    }
}
