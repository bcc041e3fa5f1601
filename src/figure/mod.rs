//! Figures: charts and heat maps as a drawing, which is written as SVG or PDF.

mod axis;
mod chart;
mod drawing;
mod heat_map;
mod metrics;
mod pdf;
mod style;
mod svg;

pub use axis::Axis;
pub use chart::{Chart, Mark, Series};
pub use drawing::Drawing;
pub use heat_map::{HeatMap, Panel};
pub use metrics::is_printable;
pub use pdf::pdf;
pub use style::Style;
pub use svg::svg;
