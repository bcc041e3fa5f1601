//! Widths of letters and their codes in the fonts that every PDF reader has.
//!
//! Source: Adobe's font metrics of Helvetica and Symbol, in thousandths of the size.

/// Helvetica from the blank to the tilde.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Letters of Windows' Latin encoding beyond ASCII: code and width in Helvetica.
const LATIN: [(char, u8, u16); 9] = [
    ('\u{2026}', 0x85, 1000),
    ('\u{2013}', 0x96, 556),
    ('\u{b1}', 0xb1, 584),
    ('\u{b2}', 0xb2, 333),
    ('\u{b3}', 0xb3, 333),
    ('\u{b7}', 0xb7, 278),
    ('\u{bd}', 0xbd, 834),
    ('\u{d7}', 0xd7, 584),
    ('\u{e9}', 0xe9, 556),
];

/// Letters of the font Symbol: code and width.
const SYMBOL: [(char, u8, u16); 41] = [
    ('α', b'a', 631),
    ('β', b'b', 549),
    ('γ', b'g', 411),
    ('δ', b'd', 494),
    ('ε', b'e', 439),
    ('ζ', b'z', 494),
    ('η', b'h', 603),
    ('θ', b'q', 521),
    ('ι', b'i', 329),
    ('κ', b'k', 549),
    ('λ', b'l', 549),
    ('μ', b'm', 576),
    ('ν', b'n', 521),
    ('ξ', b'x', 493),
    ('π', b'p', 549),
    ('ρ', b'r', 549),
    ('σ', b's', 603),
    ('τ', b't', 439),
    ('φ', b'j', 603),
    ('χ', b'c', 549),
    ('ψ', b'y', 686),
    ('ω', b'w', 686),
    ('Γ', b'G', 603),
    ('Δ', b'D', 612),
    ('Θ', b'Q', 741),
    ('Λ', b'L', 686),
    ('Ξ', b'X', 645),
    ('Π', b'P', 768),
    ('Σ', b'S', 592),
    ('Φ', b'F', 763),
    ('Ψ', b'Y', 795),
    ('Ω', b'W', 768),
    ('\u{2212}', b'-', 549),
    ('≤', 0xa3, 549),
    ('≥', 0xb3, 549),
    ('∞', 0xa5, 713),
    ('∝', 0xb5, 713),
    ('≈', 0xbb, 549),
    ('√', 0xd6, 549),
    ('→', 0xae, 987),
    ('′', 0xa2, 247),
];

/// A font that every PDF reader has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Font {
    Helvetica,
    Symbol,
}

/// The font of a letter, its code there, and its width in thousandths; none if no font has it.
fn glyph(letter: char) -> Option<(Font, u8, u16)> {
    if let Some(place) = u32::from(letter).checked_sub(32).filter(|place| *place < 95) {
        let place = place as usize;
        return Some((Font::Helvetica, place as u8 + 32, HELVETICA[place]));
    }
    let find = |table: &[(char, u8, u16)]| {
        table.iter().find(|(known, ..)| *known == letter).map(|&(_, code, width)| (code, width))
    };
    let latin = find(&LATIN).map(|(code, width)| (Font::Helvetica, code, width));
    latin.or_else(|| find(&SYMBOL).map(|(code, width)| (Font::Symbol, code, width)))
}

/// The letter, or a question mark where no font has it.
pub(super) fn encoded(letter: char) -> (Font, u8, u16) {
    glyph(letter).unwrap_or((Font::Helvetica, b'?', 556))
}

/// The width of a text of size 1.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|letter| f64::from(encoded(letter).2)).sum::<f64>() / 1000.0
}

/// Whether every letter of a text can be printed in a PDF.
pub fn is_printable(text: &str) -> bool {
    text.chars().all(|letter| glyph(letter).is_some())
}
