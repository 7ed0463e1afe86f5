//! The page with all curves: a field for each size, both axes logarithmic, each curve as a multiple of where it begins, so
//! that time and memory stand in one field.

use std::fmt::Write as _;

use benches::aims::thousands;

use crate::curve::{Curve, Panel, logarithm};

const COLUMNS: usize = 2;
/// A field's width and height, and the plot in it.
const FIELD: (f64, f64) = (600.0, 430.0);
const PLOT: (f64, f64, f64, f64) = (70.0, 50.0, 500.0, 240.0);
const HEAD: f64 = 70.0;
const COLOURS: [&str; 6] = ["#1b6ca8", "#c1440e", "#3b7d3a", "#7b3fa0", "#8a6d00", "#555555"];

/// The page as SVG.
pub fn page(panels: &[Panel]) -> String {
    let rows = panels.len().div_ceil(COLUMNS);
    let (width, height) = (FIELD.0 * COLUMNS as f64, HEAD + FIELD.1 * rows as f64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    text(&mut svg, (20.0, 30.0), "start", 18, "How time and memory grow");
    let note = "Each curve as a multiple of where it begins; both axes are logarithmic. Dashed: n log n. Beside \
                each: what it may grow as.";
    text(&mut svg, (20.0, 52.0), "start", 12, note);
    for (at, panel) in panels.iter().enumerate() {
        let (x, y) = (FIELD.0 * (at % COLUMNS) as f64, HEAD + FIELD.1 * (at / COLUMNS) as f64);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        field(&mut svg, panel);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// Where values stand in the plot of a field.
struct Scale {
    first: f64,
    last: f64,
    low: f64,
    high: f64,
}

impl Scale {
    fn of(panel: &Panel) -> Self {
        let sizes = || panel.curves.iter().flat_map(|curve| curve.points.iter().map(|(size, _)| *size as f64));
        let multiples = || panel.curves.iter().flat_map(multiples);
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let (first, last) = (least(&mut sizes()), most(&mut sizes()));
        let low = least(&mut multiples().map(|(_, multiple)| multiple)).min(1.0);
        let high = most(&mut multiples().map(|(_, multiple)| multiple)).max(n_log_n(first, last)).max(2.0);
        // Whole powers of ten, so that the lines across are where one looks for them.
        Self { first, last, low: 10_f64.powf(low.log10().floor()), high: 10_f64.powf(high.log10().ceil()) }
    }

    fn x(&self, size: f64) -> f64 {
        PLOT.0 + PLOT.2 * (size / self.first).ln() / (self.last / self.first).ln().max(f64::MIN_POSITIVE)
    }

    fn y(&self, multiple: f64) -> f64 {
        PLOT.1 + PLOT.3 * (1.0 - (multiple / self.low).ln() / (self.high / self.low).ln())
    }
}

fn multiples(curve: &Curve) -> impl Iterator<Item = (f64, f64)> {
    let begin = curve.points.first().map_or(1.0, |(_, value)| value.max(f64::MIN_POSITIVE));
    curve.points.iter().map(move |(size, value)| (*size as f64, value / begin))
}

/// n log n as a multiple of what it is at the first size.
fn n_log_n(first: f64, size: f64) -> f64 {
    size * logarithm(size) / (first * logarithm(first))
}

fn field(svg: &mut String, panel: &Panel) {
    let scale = Scale::of(panel);
    text(svg, (PLOT.0, PLOT.1 - 18.0), "start", 15, &format!("against {}", panel.against));
    let _ = writeln!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#999\"/>",
        PLOT.0, PLOT.1, PLOT.2, PLOT.3
    );
    let mut multiple = scale.low;
    while multiple <= scale.high * 1.001 {
        let y = scale.y(multiple);
        line(svg, &[(PLOT.0, y), (PLOT.0 + PLOT.2, y)], "#dddddd", "");
        let label = if multiple < 1.0 {
            format!("× {multiple}")
        } else {
            format!("× {}", thousands(multiple.round() as u64))
        };
        text(svg, (PLOT.0 - 6.0, y + 4.0), "end", 11, &label);
        multiple *= 10.0;
    }
    let sizes: Vec<u64> =
        panel.curves.first().map_or(Vec::new(), |curve| curve.points.iter().map(|point| point.0).collect());
    for size in sizes {
        let x = scale.x(size as f64);
        line(svg, &[(x, PLOT.1), (x, PLOT.1 + PLOT.3)], "#eeeeee", "");
        text(svg, (x, PLOT.1 + PLOT.3 + 16.0), "middle", 11, &thousands(size));
    }
    let steps = (0..=24).map(|step| scale.first * (scale.last / scale.first).powf(f64::from(step) / 24.0));
    let bound: Vec<(f64, f64)> = steps.map(|size| (scale.x(size), scale.y(n_log_n(scale.first, size)))).collect();
    line(svg, &bound, "#000000", " stroke-dasharray=\"5 4\"");
    for (at, (curve, colour)) in panel.curves.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let points: Vec<(f64, f64)> =
            multiples(curve).map(|(size, multiple)| (scale.x(size), scale.y(multiple))).collect();
        line(svg, &points, colour, " stroke-width=\"2\"");
        for (x, y) in &points {
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        legend(svg, at, curve, colour);
    }
}

fn legend(svg: &mut String, at: usize, curve: &Curve, colour: &str) {
    let y = PLOT.1 + PLOT.3 + 42.0 + 17.0 * at as f64;
    let _ = writeln!(svg, "<rect x=\"{}\" y=\"{}\" width=\"12\" height=\"4\" fill=\"{colour}\"/>", PLOT.0, y - 6.0);
    let ends = curve.points.first().zip(curve.points.last());
    let ends = ends.map_or(String::new(), |((_, from), (_, to))| {
        format!("{} to {}", curve.unit.shown(*from), curve.unit.shown(*to))
    });
    let words = format!("{}: {ends}, as n^{:.2} (may: {})", curve.name, curve.exponent(), curve.allowed.words());
    text(svg, (PLOT.0 + 18.0, y), "start", 12, &words);
}

fn line(svg: &mut String, points: &[(f64, f64)], colour: &str, more: &str) {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"{more}/>", points.join(" "));
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, size: u32, words: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{}</text>",
        words.replace('&', "&amp;").replace('<', "&lt;")
    );
}
