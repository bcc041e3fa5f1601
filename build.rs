//! Names the sources of a build, so that no journal that other sources have written is continued.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let mut hasher = DefaultHasher::new();
    for root in
        ["src", "theorems", "Cargo.lock"].map(Path::new).into_iter().filter(|it| it.exists())
    {
        println!("cargo::rerun-if-changed={}", root.display());
        for file in files(root) {
            file.to_string_lossy().replace('\\', "/").hash(&mut hasher);
            std::fs::read(&file).expect("a readable source file").hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=ISSERLIS_SOURCES={:016x}", hasher.finish());
}

/// The files at or below a path, in order.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).expect("a readable source folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}
