//! The report that is looked at: results of files that have everything a page can show.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A claim file with lines of every verdict, a name that means something to HTML, and formulas that
/// are wider than a phone.
const CLAIMS: &str = "\
theory <b>Gram</b> & \"co\" of Gaussian data
space d, N
matrix Lambda[d,d] pd
matrix A[d,d]
gaussian X[d,N] ~ Lambda
let S = X*X'/N
define Gamma := (1 + 1/N)*Lambda + tr(Lambda)/N*I
at d = 1, 2; N = 1, 3
margin 5% because <i>nothing</i> is nearer
note the second moment & its factor
claim second_moment: E[S^2] == Gamma*Lambda
claim wide: E[S*(A + A' + 2*A*A' + 3*A'*A + 4*A*A*A' + 5*A'*A*A + 6*A*A'*A + 7*A'*A'*A)*S] == E[S*(A + A' + 2*A*A' + 3*A'*A + 4*A*A*A' + 5*A'*A*A + 6*A*A'*A + 7*A'*A'*A)*S]
claim bounded: tr(Gamma) >= tr(Lambda)
claim false_claim: E[S^2] == (1 + 1/N)*Lambda^2
claim not_decided: sqrt(tr(Lambda^2)) == tr(Lambda)^2/(tr(Lambda) + 1)
without the trace
refute no_trace: E[S^2] == (1 + 1/N)*Lambda^2
note as printed somewhere
refute holds_after_all: E[S] == Lambda
";

/// The folders of the reports, each with its pages.
pub(super) static REPORTS: LazyLock<[Report; 2]> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(root.join("deep")).expect("a folder for the test");
    std::fs::write(root.join("gram.claim"), CLAIMS).expect("a claim file");
    std::fs::write(root.join("deep/gram.claim"), CLAIMS).expect("a claim file");
    let theorems = [
        "gaussian_fourth_moment",
        "sample_covariance_second_moment",
        "hessian_negative_eigenvalues",
        "unbalanced_gauge_limit",
        "few_shot_half_map",
        "haar_third_moment",
        "early_ascent",
        "richardson_layer",
        "depth_ordering",
    ];
    let theorems: Vec<&str> =
        theorems.into_iter().flat_map(|theorem| ["--theorem", theorem]).collect();
    [
        Report::new(&root, "files", &["gram.claim", "deep/gram.claim"]),
        Report::new(&root, "theorems", &theorems),
    ]
});

/// A report on the disk.
pub(super) struct Report {
    pub(super) folder: PathBuf,
    /// The addresses of its pages.
    pub(super) pages: Vec<String>,
}

impl Report {
    fn new(root: &Path, name: &str, arguments: &[&str]) -> Self {
        let output = Command::new(env!("CARGO_BIN_EXE_isserlis"))
            .current_dir(root)
            .args(["report", "--quiet", "--output", name])
            .args(arguments)
            .output()
            .expect("the program runs");
        let messages = String::from_utf8_lossy(&output.stderr).into_owned();
        let folder = root.join(name).join("html");
        assert!(folder.join("index.html").exists(), "{messages}");
        let mut pages = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a readable folder") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false if path.extension().is_some_and(|end| end == "html") => {
                        pages.push(format!("file://{}", path.display()));
                    }
                    false => (),
                }
            }
        }
        pages.sort();
        assert!(pages.len() > 3, "{pages:?}");
        Self { folder, pages }
    }

    /// The address of a page.
    pub(super) fn page(&self, path: &str) -> String {
        format!("file://{}", self.folder.join(path).display())
    }
}
