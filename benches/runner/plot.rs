//! Drawings as SVG: bars on a logarithmic scale, readable on light and dark, without scripts.

use crate::digits::digits;
use std::fmt::Write;

/// One contender's bars.
pub struct Bar {
    /// The name of the contender.
    pub label: String,
    /// What should be known beside it.
    pub note: String,
    /// One bar for each value, all above zero.
    pub values: Vec<f64>,
    /// Drawn in the colour of the house.
    pub is_ours: bool,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 80.0;
const TOP: f64 = 44.0;
const BAR: f64 = 16.0;
const GAP: f64 = 18.0;

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#2b2620}.title{font-size:15px;font-weight:600}\
.note,.tick{font-size:11px;fill:#6b6257}.grid{stroke:#d9d2c5}.bar{fill:#9a9184}.ours{fill:#0f766e}\
@media(prefers-color-scheme:dark){text{fill:#ece5d8}.note,.tick{fill:#a89f91}.grid{stroke:#443d34}\
.bar{fill:#7d7568}.ours{fill:#2dd4bf}}";

/// Bars, one group for each contender.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    let scale = Scale::over(bars.iter().flat_map(|bar| bar.values.iter().copied()));
    let rows: usize = bars.iter().map(|bar| bar.values.len()).sum();
    let height = TOP + rows as f64 * BAR + bars.len() as f64 * GAP + 30.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{title}\"><title>{title}</title><style>{STYLE}</style>\
         <text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n",
        title = escaped(title),
    );
    for power in scale.least..=scale.most {
        let x = scale.x(10_f64.powi(power));
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/>\
             <text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            height - 24.0,
            height - 8.0,
            power_of_ten(power),
        );
    }
    let mut y = TOP;
    for bar in bars {
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <text class=\"note\" x=\"{x}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            y + 11.0,
            escaped(&bar.label),
            y + 24.0,
            escaped(&bar.note),
            x = LEFT - 10.0,
        );
        for &value in &bar.values {
            let end = scale.x(value);
            let _ = writeln!(
                out,
                "<rect class=\"{}\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/>\
                 <text class=\"note\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                if bar.is_ours { "ours" } else { "bar" },
                y + 1.0,
                (end - LEFT).max(1.0),
                BAR - 3.0,
                end + 6.0,
                y + 12.0,
                digits(value),
            );
            y += BAR;
        }
        y += GAP;
    }
    out.push_str("</svg>\n");
    out
}

/// Whole powers of ten around all values.
struct Scale {
    least: i32,
    most: i32,
}

impl Scale {
    fn over(values: impl Iterator<Item = f64>) -> Self {
        let (mut least, mut most) = (i32::MAX, i32::MIN);
        for value in values {
            let power = value.log10();
            least = least.min(power.floor() as i32);
            most = most.max(power.ceil() as i32);
        }
        // A bar has some length also where all are alike.
        Self {
            least,
            most: most.max(least + 1),
        }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.least)) / f64::from(self.most - self.least);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }
}

fn power_of_ten(power: i32) -> String {
    if power >= 0 {
        digits(10_f64.powi(power))
            .trim_end_matches(".00")
            .trim_end_matches(".0")
            .to_owned()
    } else {
        format!("{:.*}", power.unsigned_abs() as usize, 10_f64.powi(power))
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ten_times_as_large_is_one_step_further() {
        let scale = Scale::over([2.0, 3_000.0].into_iter());
        assert_eq!((scale.least, scale.most), (0, 4));
        let step = scale.x(20.0) - scale.x(2.0);
        assert!((scale.x(2_000.0) - scale.x(200.0) - step).abs() < 1e-9);
        assert_eq!(scale.x(1.0), LEFT);
    }

    #[test]
    fn a_drawing_has_every_bar_and_no_script() {
        let bar = |is_ours, values: &[f64]| Bar {
            label: "A < B".to_owned(),
            note: "nothing".to_owned(),
            values: values.to_vec(),
            is_ours,
        };
        let svg = bars("Title", &[bar(true, &[1.0, 2.0]), bar(false, &[1.0])]);
        assert_eq!(svg.matches("<rect").count(), 3);
        assert!(svg.contains("A &lt; B") && !svg.contains("<script"));
        assert!(svg.contains("prefers-color-scheme:dark"));
    }

    #[test]
    fn ticks_are_plain_numbers() {
        let ticks = [-2, -1, 0, 1, 3, 6].map(power_of_ten);
        assert_eq!(ticks, ["0.01", "0.1", "1", "10", "1000", "1,000,000"]);
    }
}
