//! The spellings of Unicode and LaTeX, and what they are read as.
//!
//! Beyond the table of the language reference, the whole Greek alphabet is read by its LaTeX
//! names (`λ`, `ε` and `\lambda`, `\epsilon` by the short names `lam`, `eps`), any integer may be
//! raised (`x¹²`), and the usual LaTeX commands for fonts, accents, brackets and spacing are known.

use super::token::{Bracket, TokenKind};

/// What a LaTeX command stands for.
pub(super) enum Command {
    /// A name or a function word.
    Word(&'static str),
    /// A sign or a bracket.
    Token(TokenKind),
    /// A font: its argument is the name.
    Font,
    /// An accent: its argument with this ending is the name.
    Accent(&'static str),
    /// Spacing and sizes of brackets.
    Nothing,
}

/// Greek letters: the character, the LaTeX command, the name it is read as. The first entry of
/// a name is the one that is written.
const GREEK: [(char, &str, &str); 39] = [
    ('Λ', "Lambda", "Lambda"),
    ('Γ', "Gamma", "Gamma"),
    ('Σ', "Sigma", "Sigma"),
    ('Ω', "Omega", "Omega"),
    ('Ψ', "Psi", "Psi"),
    ('Δ', "Delta", "Delta"),
    ('Θ', "Theta", "Theta"),
    ('Ξ', "Xi", "Xi"),
    ('Π', "Pi", "Pi"),
    ('Υ', "Upsilon", "Upsilon"),
    ('Φ', "Phi", "Phi"),
    ('α', "alpha", "alpha"),
    ('β', "beta", "beta"),
    ('γ', "gamma", "gamma"),
    ('δ', "delta", "delta"),
    ('ε', "varepsilon", "eps"),
    ('ϵ', "epsilon", "eps"),
    ('ζ', "zeta", "zeta"),
    ('η', "eta", "eta"),
    ('θ', "theta", "theta"),
    ('ϑ', "vartheta", "theta"),
    ('ι', "iota", "iota"),
    ('κ', "kappa", "kappa"),
    ('λ', "lambda", "lam"),
    ('μ', "mu", "mu"),
    ('µ', "mu", "mu"),
    ('ν', "nu", "nu"),
    ('ξ', "xi", "xi"),
    ('π', "pi", "pi"),
    ('ρ', "rho", "rho"),
    ('ϱ', "varrho", "rho"),
    ('σ', "sigma", "sigma"),
    ('τ', "tau", "tau"),
    ('υ', "upsilon", "upsilon"),
    ('φ', "varphi", "phi"),
    ('ϕ', "phi", "phi"),
    ('χ', "chi", "chi"),
    ('ψ', "psi", "psi"),
    ('ω', "omega", "omega"),
];

/// The letter that `character` is read as: a Greek letter, or `𝔼`.
pub(super) fn letter(character: char) -> Option<&'static str> {
    if character == '𝔼' {
        return Some("E");
    }
    GREEK.iter().find(|(greek, ..)| *greek == character).map(|(_, _, name)| *name)
}

/// The LaTeX command for `name`, if it is the name of a Greek letter.
pub(super) fn greek_command(name: &str) -> Option<&'static str> {
    GREEK.iter().find(|(_, _, read)| *read == name).map(|(_, command, _)| *command)
}

/// The exponent sign or digit that `character` raises.
pub(super) fn raised(character: char) -> Option<char> {
    const RAISED: &str = "⁻-⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9";
    let mut pairs = RAISED.chars();
    while let (Some(above), Some(plain)) = (pairs.next(), pairs.next()) {
        if above == character {
            return Some(plain);
        }
    }
    None
}

/// The sign that `character` is read as.
pub(super) fn sign(character: char) -> Option<TokenKind> {
    Some(match character {
        '(' => TokenKind::Open(Bracket::Round),
        ')' => TokenKind::Close(Bracket::Round),
        '[' => TokenKind::Open(Bracket::Square),
        ']' => TokenKind::Close(Bracket::Square),
        '{' => TokenKind::Open(Bracket::Curly),
        '}' => TokenKind::Close(Bracket::Curly),
        '‖' => TokenKind::Bars,
        '|' => TokenKind::Bar,
        '+' => TokenKind::Plus,
        '-' | '−' => TokenKind::Minus,
        '*' | '·' | '⋅' | '×' | '∗' => TokenKind::Times,
        '/' => TokenKind::Over,
        '^' => TokenKind::Caret,
        '\'' | '′' | '’' | 'ᵀ' | '⊤' => TokenKind::Prime,
        ',' => TokenKind::Comma,
        ';' => TokenKind::Semicolon,
        ':' => TokenKind::Colon,
        '=' => TokenKind::Equals,
        '≥' | '⩾' => TokenKind::AtLeast,
        '≤' | '⩽' => TokenKind::AtMost,
        '→' => TokenKind::Arrow,
        '~' | '∼' => TokenKind::Tilde,
        '≈' | '≃' | '≅' | '≐' => TokenKind::Approximate,
        '%' => TokenKind::Percent,
        _ => return None,
    })
}

/// What the LaTeX command `\name` stands for; `name` is a run of letters or one other character.
pub(super) fn command(name: &str) -> Option<Command> {
    if let Some((_, _, read)) = GREEK.iter().find(|(_, command, _)| *command == name) {
        return Some(Command::Word(read));
    }
    Some(match name {
        "E" => Command::Word("E"),
        "tr" | "Tr" => Command::Word("tr"),
        "sqrt" => Command::Word("sqrt"),
        "exp" => Command::Word("exp"),
        "log" | "ln" => Command::Word("log"),
        "min" => Command::Word("min"),
        "max" => Command::Word("max"),
        "frac" | "tfrac" | "dfrac" => Command::Token(TokenKind::Fraction),
        "cdot" | "times" | "ast" => Command::Token(TokenKind::Times),
        "top" | "intercal" | "prime" => Command::Token(TokenKind::Prime),
        "geq" | "ge" | "geqslant" => Command::Token(TokenKind::AtLeast),
        "leq" | "le" | "leqslant" => Command::Token(TokenKind::AtMost),
        "to" | "rightarrow" => Command::Token(TokenKind::Arrow),
        "sim" => Command::Token(TokenKind::Tilde),
        "approx" | "simeq" | "cong" => Command::Token(TokenKind::Approximate),
        "|" | "lVert" | "rVert" | "Vert" => Command::Token(TokenKind::Bars),
        "{" | "lbrace" => Command::Token(TokenKind::Open(Bracket::Curly)),
        "}" | "rbrace" => Command::Token(TokenKind::Close(Bracket::Curly)),
        "lbrack" => Command::Token(TokenKind::Open(Bracket::Square)),
        "rbrack" => Command::Token(TokenKind::Close(Bracket::Square)),
        "%" => Command::Token(TokenKind::Percent),
        "operatorname" | "mathrm" | "mathbb" | "mathbf" | "mathit" | "mathsf" | "mathcal"
        | "text" | "textrm" | "boldsymbol" | "bm" => Command::Font,
        "hat" | "widehat" => Command::Accent("hat"),
        "tilde" | "widetilde" => Command::Accent("tilde"),
        "bar" | "overline" => Command::Accent("bar"),
        "left" | "right" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr"
        | "biggl" | "biggr" | "Biggl" | "Biggr" | "quad" | "qquad" | "displaystyle" | "," | ";"
        | ":" | "!" | " " => Command::Nothing,
        _ => return None,
    })
}
