//! The normalisation of pixels, as a layer in front of the network.

use crate::error::ImportError;
use crate::network::{Kind, Layer, Network};
use crate::options::{Normalisation, Options, PixelRange};

/// Puts a layer in front of the network that prepares pixels as the trainer did outside the graph.
/// Returns the values that pixels are taken as, in words.
pub(crate) fn normalise(
    network: &mut Network,
    options: &Options,
    takes_integers: bool,
) -> Result<String, ImportError> {
    if takes_integers && options.pixel_range == PixelRange::Unit {
        return Err(ImportError::Input {
            reason: "the graph takes whole numbers, so pixels between 0 and 1 would all be 0 or 1"
                .into(),
        });
    }
    let is_auto = options.pixel_range == PixelRange::Auto;
    let inside = is_auto && (takes_integers || divides_pixels(network));
    let is_byte = inside || options.pixel_range == PixelRange::Byte;
    let unit = if is_byte { 1.0 } else { 255.0 };
    let shape = network.layers[0].shape;
    let channels = shape.channels();
    let (mean, deviation) = match &options.normalisation {
        Some(Normalisation { mean, deviation }) => {
            (spread(mean, channels)?, spread(deviation, channels)?)
        }
        None => (vec![0.0; channels], vec![1.0; channels]),
    };
    if deviation.iter().any(|d| !d.is_normal()) || mean.iter().any(|m| !m.is_finite()) {
        return Err(ImportError::Input {
            reason: "a normalisation by zero or by something infinite".into(),
        });
    }
    let scale = deviation.iter().map(|d| 1.0 / (unit * d)).collect();
    let offset = mean.iter().zip(&deviation).map(|(m, d)| -m / d).collect();
    for layer in &mut network.layers {
        layer.inputs.iter_mut().for_each(|input| *input += 1);
    }
    network.output += 1;
    let input = Layer {
        name: network.layers[0].name.clone(),
        kind: Kind::Input,
        inputs: Vec::new(),
        shape,
    };
    network.layers[0].kind = Kind::Affine { scale, offset };
    network.layers[0].inputs = vec![0];
    network.layers.insert(0, input);
    let range = match (is_byte, inside) {
        (true, true) if takes_integers => "0…255: the graph takes whole numbers",
        (true, true) => "0…255: the graph normalises them itself",
        (true, false) => "0…255",
        (false, _) => "0…1: divided by 255",
    };
    let normalised = options.normalisation.as_ref();
    Ok(normalised.map_or_else(
        || range.into(),
        |n| {
            format!(
                "{range}, then less {:?} and divided by {:?}",
                n.mean, n.deviation
            )
        },
    ))
}

fn spread(values: &[f32], channels: usize) -> Result<Vec<f32>, ImportError> {
    match values.len() {
        1 => Ok(vec![values[0]; channels]),
        len if len == channels => Ok(values.to_vec()),
        len => Err(ImportError::Input {
            reason: format!("a normalisation of {len} values for {channels} channels"),
        }),
    }
}

/// Whether the graph begins by bringing bytes to about `−1…1` itself.
fn divides_pixels(network: &Network) -> bool {
    let mut at = 0;
    let mut factor = 1.0f32;
    loop {
        let mut users = network
            .layers
            .iter()
            .enumerate()
            .filter(|(_, l)| l.inputs.contains(&at));
        let (Some((user, layer)), None) = (users.next(), users.next()) else {
            break;
        };
        match &layer.kind {
            Kind::Affine { scale, .. } => {
                factor *= scale.iter().fold(0.0f32, |max, s| max.max(s.abs()));
            }
            Kind::Reshape => {}
            _ => break,
        }
        at = user;
    }
    factor < 0.02
}
