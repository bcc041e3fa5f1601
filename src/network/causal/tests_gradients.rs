//! Gradients of the transformers against central differences of their own losses.

use super::{Architecture, Attention, Layer, Mechanism, Perceptron, Transformer};
use crate::data::{Batch, Dynamics, FirstState, TokenForm, generator};
use approx::assert_relative_eq;

/// The derivative along a direction by central differences with two steps of Richardson
/// extrapolation: the error is of the order of the sixth power of the step.
fn difference(network: &Transformer, batch: &Batch, entry: usize) -> f64 {
    let at = |step: f64| {
        let mut parameters = network.parameters().to_vec();
        parameters[entry] += step;
        network.with_parameters(parameters).unwrap().squared_error(batch)
    };
    let central = |step: f64| (at(step) - at(-step)) / (2.0 * step);
    let [coarse, middle, fine] = [4e-5, 2e-5, 1e-5].map(central);
    let [first, second] = [(4.0 * middle - coarse) / 3.0, (4.0 * fine - middle) / 3.0];
    (16.0 * second - first) / 15.0
}

fn check(architecture: Architecture, form: &TokenForm) {
    let mut random = generator(3, &["gradients"], 0);
    let law = Dynamics::orthogonal(3, FirstState::Gaussian { variance: 0.5 }, 0.05);
    let sequences = [(); 2].map(|()| law.draw(6, &mut random));
    let batch = Batch::new(&sequences, form);
    let network = Transformer::random(architecture, 0.4, &mut random);
    let mut slopes = vec![0.0; network.parameters().len()];
    let loss = network.add_gradient(&batch, &mut slopes).unwrap();
    assert_relative_eq!(loss, network.squared_error(&batch), max_relative = 1e-14);
    let scale = slopes.iter().fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
    for (entry, &slope) in slopes.iter().enumerate() {
        let expected = difference(&network, &batch, entry);
        assert_relative_eq!(slope, expected, max_relative = 1e-7, epsilon = 1e-9 * scale);
    }
    // The gradient is added.
    let once = slopes.clone();
    network.add_gradient(&batch, &mut slopes).unwrap();
    for (twice, once) in slopes.iter().zip(once) {
        assert_relative_eq!(*twice, 2.0 * once, max_relative = 1e-12);
    }
}

fn attention(mechanism: Mechanism, positions: usize) -> Attention {
    Attention { mechanism, heads: 2, key_size: 3, positions }
}

#[test]
fn two_layers_of_linear_attention_have_the_gradient_of_their_loss() {
    let layers = Architecture::attention(12, 2, attention(Mechanism::Linear, 0), 3);
    check(layers, &TokenForm::FourChannels);
}

#[test]
fn two_layers_of_softmax_attention_have_the_gradient_of_their_loss() {
    let layers = Architecture::attention(12, 2, attention(Mechanism::Softmax, 4), 3);
    check(layers, &TokenForm::FourChannels);
}

#[test]
fn two_mesa_layers_have_the_gradient_of_their_loss() {
    let layers = Architecture::attention(12, 2, attention(Mechanism::Mesa, 0), 3);
    check(layers, &TokenForm::FourChannels);
}

#[test]
fn a_hybrid_with_maps_and_a_perceptron_has_the_gradient_of_its_loss() {
    let layers = vec![
        Layer::Map { size: 7 },
        Layer::Attention(attention(Mechanism::Softmax, 4)),
        Layer::Perceptron(Perceptron { width: 5 }),
        Layer::Attention(attention(Mechanism::Mesa, 0)),
        Layer::Attention(attention(Mechanism::Linear, 0)),
        Layer::Map { size: 3 },
    ];
    check(Architecture { inputs: 3, layers, outputs: 3, clip: None }, &TokenForm::Raw);
}

#[test]
fn clipping_stops_the_gradient_of_what_is_clipped() {
    let layers = Architecture::attention(12, 2, attention(Mechanism::Linear, 0), 3);
    check(Architecture { clip: Some(0.8), ..layers }, &TokenForm::FourChannels);
}
