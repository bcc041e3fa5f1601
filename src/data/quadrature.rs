//! Exact means of polynomials over a Gaussian query.

use faer::MatRef;

/// One point of a quadrature.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its weight; the weights of a quadrature add up to 1.
    pub weight: f64,
    /// The point.
    pub point: Vec<f64>,
}

/// Nodes for x ~ N(0, F F') with `factor` = F: the weighted sum over them is the mean of every
/// polynomial of total degree at most 7 in the numbers a'x, a in `directions`. There are 4^k of
/// them, k being the number of linearly independent directions.
///
/// # Formula
/// x = F z with z = t_1 e_1 + ... + t_k e_k, where the e_i are an orthonormal basis of the F'a
/// and each t_i runs over the four nodes of the Gauss-Hermite rule of N(0, 1): the roots of
/// He_4(t) = t^4 - 6 t^2 + 3, with weights 4!/(4 He_3(t))^2, He_3(t) = t^3 - 3 t.
pub fn gaussian_nodes(factor: MatRef<'_, f64>, directions: &[&[f64]]) -> Vec<Node> {
    let whitened = directions.iter().map(|direction| {
        let entry = |i: usize| (0..factor.nrows()).map(|j| factor[(j, i)] * direction[j]).sum();
        (0..factor.ncols()).map(entry).collect::<Vec<f64>>()
    });
    let rule = four_nodes();
    let origin = Node { weight: 1.0, point: vec![0.0; factor.nrows()] };
    orthonormal(whitened).iter().fold(vec![origin], |nodes, axis| {
        // x moves along F e_i.
        let entry = |i: usize| (0..axis.len()).map(|j| factor[(i, j)] * axis[j]).sum();
        let axis: Vec<f64> = (0..factor.nrows()).map(entry).collect();
        let along = |node: &Node| {
            rule.map(|(t, weight)| Node {
                weight: node.weight * weight,
                point: node.point.iter().zip(&axis).map(|(x, e)| x + t * e).collect(),
            })
        };
        nodes.iter().flat_map(along).collect()
    })
}

/// Nodes and weights of the Gauss-Hermite rule with four nodes for N(0, 1).
fn four_nodes() -> [(f64, f64); 4] {
    let (outer, inner) = ((3.0 + 6.0_f64.sqrt()).sqrt(), (3.0 - 6.0_f64.sqrt()).sqrt());
    [-outer, -inner, inner, outer].map(|t| (t, 24.0 / (4.0 * t * (t * t - 3.0)).powi(2)))
}

/// An orthonormal basis of the span, by Gram and Schmidt, each vector reduced twice.
fn orthonormal(vectors: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for vector in vectors {
        let size = dot(&vector, &vector).sqrt();
        let mut rest = vector;
        for _ in 0..2 {
            for axis in &basis {
                let share = dot(&rest, axis);
                rest.iter_mut().zip(axis).for_each(|(entry, e)| *entry -= share * e);
            }
        }
        let left = dot(&rest, &rest).sqrt();
        if left > 1e-12 * size {
            basis.push(rest.iter().map(|entry| entry / left).collect());
        }
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use faer::mat;

    #[test]
    fn the_rule_is_exact_up_to_degree_seven_and_not_beyond() {
        let moment = |k: i32| four_nodes().iter().map(|(t, w)| w * t.powi(k)).sum::<f64>();
        for (k, expected) in [1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0].into_iter().enumerate() {
            assert_relative_eq!(moment(k as i32), expected, epsilon = 1e-13);
        }
        assert!((moment(8) - 105.0).abs() > 1.0);
    }

    #[test]
    fn a_mean_of_degree_six_in_two_directions_follows_isserlis() {
        // E (a'x)^4 (b'x)^2 = 3 s_aa^2 s_bb + 12 s_aa s_ab^2 for centred Gaussian a'x, b'x.
        let factor = mat![[1.0, 0.0, 0.0], [0.5, 2.0, 0.0], [-1.0, 0.25, 0.5]];
        let (a, b) = ([1.0, -2.0, 0.5], [0.5, 1.0, 3.0]);
        let covariance = &factor * factor.transpose();
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let form = |x: &[f64; 3], y: &[f64; 3]| {
            (0..3)
                .flat_map(|i| (0..3).map(move |j| (i, j)))
                .map(|(i, j)| x[i] * covariance[(i, j)] * y[j])
                .sum::<f64>()
        };
        // The third direction is the sum of the others and adds no nodes.
        let nodes = gaussian_nodes(factor.as_ref(), &[&a, &b, &[1.5, -1.0, 3.5]]);
        assert_eq!(nodes.len(), 16);
        let mean = nodes
            .iter()
            .map(|node| node.weight * dot(&node.point, &a).powi(4) * dot(&node.point, &b).powi(2))
            .sum::<f64>();
        let (aa, ab, bb) = (form(&a, &a), form(&a, &b), form(&b, &b));
        assert_relative_eq!(mean, 3.0 * aa * aa * bb + 12.0 * aa * ab * ab, max_relative = 1e-12);
    }
}
