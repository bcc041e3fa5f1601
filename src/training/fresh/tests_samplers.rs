//! Every sampler against the definition of the network, on the very prompts that it drew.

use super::coordinates::{Coordinates, Task};
use super::{BLOCK, FreshPrompts, Sampler};
use crate::data::{
    AnsweredPrompt, LANES, Labels, Lane, Normals, Prompt, PromptLaw, TaskLaw, generator,
};
use crate::network::LinearAttention;
use faer::linalg::solvers::Solve;
use faer::{Mat, mat};

fn laws() -> Vec<PromptLaw> {
    let covariance = mat![[2.0, 0.5, 0.0], [0.5, 1.0, 0.25], [0.0, 0.25, 0.5]];
    let query = mat![[1.0, -0.5, 0.0], [-0.5, 1.0, 0.0], [0.0, 0.0, 0.25]];
    let law = PromptLaw::new(&covariance, 9).unwrap();
    let shifted = law.clone().with_query_covariance(&query).unwrap();
    let direction = vec![0.5, -0.25, 1.0];
    let task = TaskLaw::Fixed(vec![1.0, -0.5, 2.0]);
    let noisy =
        |law: &PromptLaw| law.clone().with_labels(Labels::NoisyLinear { variance: 0.5 }).unwrap();
    let with_square = Labels::LinearPlusSquare { coefficient: 0.7, direction: direction.clone() };
    let diagonal = mat![[2.0, 0.0], [0.0, 0.5]];
    let diagonal = PromptLaw::new(&diagonal, 4).unwrap();
    vec![
        law.clone(),
        shifted.clone().with_task(task.clone()).unwrap(),
        noisy(&shifted),
        noisy(&law).with_context_length(1).unwrap(),
        law.clone().with_context_length(2).unwrap(),
        diagonal.clone(),
        noisy(&diagonal).with_query_covariance(&mat![[1.0, 0.25], [0.25, 1.0]]).unwrap(),
        PromptLaw::new(&mat![[1.5]], 5).unwrap(),
        law.clone().with_labels(Labels::Cubic { direction }).unwrap(),
        shifted.with_labels(with_square.clone()).unwrap().with_task(task).unwrap(),
        law.with_labels(with_square).unwrap(),
    ]
}

/// `count` coordinates of eight prompts, drawn in one go.
fn normals(source: &mut Normals, count: usize) -> Vec<Lane> {
    let mut lanes = vec![Lane::default(); count];
    source.fill(&mut lanes);
    lanes
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The columns of one lane's context in the coordinates with the noise, from the documented draws:
/// examples, or columns whose outer products add up to the same Gram matrix where it matters.
fn context(
    sampler: Sampler,
    (length, size): (usize, usize),
    drawn: &(Vec<Lane>, Vec<Vec<Lane>>),
    (group, lane): (usize, usize),
    (a, b): (&[f64], &[f64]),
) -> Vec<Vec<f64>> {
    let (normals, chis) = drawn;
    let entry = |i: usize| normals[i].0[lane];
    let chi = |column: usize| chis[column][group].0[lane];
    match sampler {
        Sampler::Raw => {
            (0..length).map(|n| (0..size).map(|i| entry(n * size + i)).collect()).collect()
        }
        Sampler::Bartlett => {
            let mut next = 0;
            let column = |k: usize| {
                let below: Vec<f64> = (k + 1..size).map(|i| entry(next + i - k - 1)).collect();
                next += below.len();
                [vec![0.0; k], vec![chi(k)], below].concat()
            };
            (0..length.min(size)).map(column).collect()
        }
        Sampler::Columns => {
            let z1: Vec<f64> = (0..size).map(entry).collect();
            let z2: Vec<f64> = (0..size).map(|i| entry(size + i)).collect();
            let unit = |v: &[f64]| -> Vec<f64> {
                let length = dot(v, v).sqrt();
                v.iter().map(|x| x / length).collect()
            };
            let along = |v: &[f64], axis: &[f64], value: f64| -> Vec<f64> {
                let change = value - dot(v, axis);
                v.iter().zip(axis).map(|(x, e)| x + change * e).collect()
            };
            let first = unit(a);
            let l1 = along(&z1, &first, chi(0));
            if size == 1 {
                return vec![l1];
            }
            let second = unit(&along(b, &first, 0.0));
            let l2 = along(&along(&z2, &first, 0.0), &second, chi(1));
            // Without a second degree of freedom there is no second column.
            if chi(1) == 0.0 { vec![l1] } else { vec![l1, l2] }
        }
    }
}

/// The prompts of a block, in coordinates of the law.
fn prompts(
    law: &PromptLaw,
    sampler: Sampler,
    weights: &[f64],
    count: usize,
    mut source: Normals,
) -> Vec<AnsweredPrompt> {
    let (d, length) = (law.dimension(), law.context_length());
    let coordinates = Coordinates::of(law);
    // C, from C'e_i.
    let mut factor = Mat::zeros(d, d);
    for i in 0..d {
        let unit: Vec<f64> = (0..d).map(|j| if i == j { 1.0 } else { 0.0 }).collect();
        coordinates.pull(&unit).into_iter().enumerate().for_each(|(j, x)| factor[(i, j)] = x);
    }
    let times = |matrix: &Mat<f64>, v: &[f64]| -> Vec<f64> {
        (0..d).map(|i| (0..d).map(|j| matrix[(i, j)] * v[j]).sum()).collect()
    };
    let noise = law.noise_variance().sqrt();
    let size = d + usize::from(noise > 0.0);
    let groups = count.div_ceil(2 * LANES) * 2;
    let network = LinearAttention::from_active_weights(d, weights).unwrap();
    let (p, p0) = (weights[..d].to_vec(), network.output_scale());

    let random_task = matches!(coordinates.task, Task::Normal(_));
    let tasks = if random_task { normals(&mut source, groups * d) } else { Vec::new() };
    let queries = normals(&mut source, groups * d);
    let answer_noise = if noise > 0.0 { normals(&mut source, groups) } else { Vec::new() };
    let freedoms = match sampler {
        Sampler::Raw => Vec::new(),
        Sampler::Bartlett => (0..length.min(size)).map(|k| length - k).collect(),
        Sampler::Columns => vec![length, length - 1],
    };
    let mut roots = |freedom: usize| {
        let mut lanes = vec![Lane::default(); groups];
        source.fill_with_chis(freedom, &mut lanes);
        lanes
    };
    let chis: Vec<Vec<Lane>> = freedoms.into_iter().map(&mut roots).collect();

    let mut prompts = Vec::new();
    for group in 0..groups {
        // One call a tile or column: an odd last number of a call is thrown away.
        let mut drawn = Vec::new();
        match sampler {
            Sampler::Raw => {
                for _ in 0..length / 4 {
                    drawn.extend(normals(&mut source, 4 * size));
                }
                for _ in 0..length % 4 {
                    drawn.extend(normals(&mut source, size));
                }
            }
            Sampler::Bartlett => {
                let below: Vec<usize> = (0..length.min(size)).map(|k| size - k - 1).collect();
                let tiles = below.chunks_exact(4);
                for rest in tiles.clone() {
                    drawn.extend(normals(&mut source, rest.iter().sum()));
                }
                for count in tiles.remainder() {
                    drawn.extend(normals(&mut source, *count));
                }
            }
            Sampler::Columns => drawn.extend(normals(&mut source, 2 * size)),
        }
        let drawn = (drawn, chis.clone());
        for lane in 0..LANES {
            let own = |lanes: &[Lane]| -> Vec<f64> {
                (0..d).map(|i| lanes[group * d + i].0[lane]).collect()
            };
            let mut task = match (law.task(), &coordinates.task) {
                (TaskLaw::Fixed(task), _) => task.clone(),
                (_, Task::Normal(deviations)) => {
                    let pulled = own(&tasks);
                    let pulled = Mat::from_fn(d, 1, |i, _| pulled[i] * deviations[i]);
                    let task = factor.transpose().partial_piv_lu().solve(pulled);
                    (0..d).map(|i| task[(i, 0)]).collect()
                }
                (_, Task::Fixed(_)) => panic!("a random task"),
            };
            if let Labels::Cubic { .. } = law.labels() {
                task.fill(0.0);
            }
            let query = match &coordinates.query {
                Some(_) => times(law.query_factor(), &own(&queries)),
                None => times(&factor, &own(&queries)),
            };
            // a and b in the coordinates, with the noise last.
            let pulled = |v: &[f64], scale: f64| -> Vec<f64> {
                let sum: Vec<f64> = v.iter().zip(&task).map(|(v, w)| v + scale * w).collect();
                let mut pulled = coordinates.pull(&sum);
                pulled.extend((size > d).then_some(scale * noise));
                pulled
            };
            let keyed = times(&network.key_query_block(), &query);
            let label_key: Vec<f64> = network.label_key().col(0).iter().copied().collect();
            let (a, b) = (pulled(&p, p0), pulled(&keyed, dot(&label_key, &query)));
            let columns = context(sampler, (length, size), &drawn, (group, lane), (&a, &b));
            let mut examples = Mat::zeros(d, length);
            let mut labels = vec![0.0; length];
            for (n, column) in columns.iter().enumerate() {
                let x = times(&factor, &column[..d]);
                (0..d).for_each(|i| examples[(i, n)] = x[i]);
                let extra = if size > d { noise * column[d] } else { 0.0 };
                labels[n] = law.label_mean(&task, &x) + extra;
            }
            let mut answer = law.label_mean(&task, &query);
            if noise > 0.0 {
                answer += noise * answer_noise[group].0[lane];
            }
            let prompt = Prompt { examples, labels, query };
            prompts.push(AnsweredPrompt { prompt, answer, task });
        }
    }
    prompts.truncate(count);
    prompts
}

fn random() -> rand_chacha::ChaCha8Rng {
    generator(1, &["batch"], 0)
}

fn weights(d: usize) -> Vec<f64> {
    let lanes = normals(&mut Normals::new(&mut random()), (d + 1) * (d + 1));
    lanes.iter().map(|lane| lane.0[3]).collect()
}

#[test]
fn the_gradient_of_every_sampler_equals_the_definition_on_the_same_prompts() {
    const BATCH: usize = BLOCK + 13;
    let mut compared = 0;
    for (index, law) in laws().into_iter().enumerate() {
        let d = law.dimension();
        let weights = weights(d);
        let network = LinearAttention::from_active_weights(d, &weights).unwrap();
        for sampler in Sampler::ALL {
            let fresh = FreshPrompts::with_sampler(law.clone(), BATCH, sampler, &mut random());
            let Ok(mut fresh) = fresh else {
                assert!(index >= 8 && sampler != Sampler::Raw, "law {index} has linear labels");
                continue;
            };
            let mut gradient = vec![f64::NAN; weights.len()];
            let loss = fresh.gradient(3, &weights, &mut gradient);

            let (mut expected_loss, mut expected) = (0.0, vec![0.0; weights.len()]);
            for (block, count) in [(0, BLOCK), (1, 13)] {
                let mut stream = fresh.generator.clone();
                stream.set_stream(3 * 2 + block);
                let source = Normals::new(&mut stream);
                for sample in prompts(&law, sampler, &weights, count, source) {
                    let error = network.predict(&sample.prompt) - sample.answer;
                    expected_loss += error * error / 2.0 / BATCH as f64;
                    let (by_value, by_key) = network.gradient(&sample.prompt, sample.answer);
                    let active = LinearAttention::new(by_value, by_key).unwrap().active_weights();
                    let share = 1.0 / BATCH as f64;
                    expected.iter_mut().zip(active).for_each(|(sum, part)| *sum += part * share);
                }
            }
            approx::assert_relative_eq!(loss, expected_loss, max_relative = 4e-13);
            let largest = expected.iter().fold(0.0, |max: f64, x| max.max(x.abs()));
            for (found, expected) in gradient.iter().zip(&expected) {
                let apart = (found - expected).abs();
                assert!(apart < 4e-13 * largest, "law {index}, {sampler}: {found} {expected}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 3 * 8 + 3);
}

#[test]
fn the_gradient_does_not_depend_on_the_number_of_threads() {
    for sampler in Sampler::ALL {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            // Work for more than one thread.
            let law = laws().remove(0).with_context_length(400).unwrap();
            let fresh = FreshPrompts::with_sampler(law, 30_000, sampler, &mut random());
            let mut fresh = fresh.unwrap();
            let mut gradient = vec![0.0; 16];
            let loss = pool.install(|| fresh.gradient(0, &[0.1; 16], &mut gradient));
            assert_eq!(fresh.workspaces.len(), threads);
            (loss, gradient)
        };
        assert_eq!(run(1), run(3), "{sampler}");
    }
}

#[test]
fn a_sampler_that_does_not_serve_a_law_is_refused() {
    let law = laws().remove(8);
    let error = FreshPrompts::with_sampler(law.clone(), 8, Sampler::Columns, &mut random());
    let message = error.err().unwrap().to_string();
    assert_eq!(
        message,
        "the sampler `columns` needs labels that are linear in the inputs: these are cubic; `raw` serves all labels where the covariance is fixed"
    );
    assert_eq!(Sampler::cheapest(&law), Sampler::Raw);
    assert_eq!(Sampler::cheapest(&laws()[0]), Sampler::Columns);
}

#[test]
fn the_coordinates_make_inputs_and_tasks_independent() {
    for law in laws() {
        let d = law.dimension();
        let random_task = law.clone().with_task(TaskLaw::StandardNormal).unwrap();
        let coordinates = Coordinates::of(&random_task);
        let rows: Vec<Vec<f64>> = (0..d)
            .map(|i| {
                coordinates.pull(&(0..d).map(|j| f64::from(u8::from(i == j))).collect::<Vec<_>>())
            })
            .collect();
        let factor = Mat::from_fn(d, d, |i, j| rows[i][j]);
        assert!((&factor * factor.transpose() - law.covariance()).norm_max() < 1e-14);
        let Task::Normal(deviations) = &coordinates.task else { panic!("a random task") };
        let diagonal = Mat::from_fn(d, d, |i, j| if i == j { deviations[i].powi(2) } else { 0.0 });
        assert!((factor.transpose() * &factor - diagonal).norm_max() < 1e-14);
    }
}
