//! Pages that show the way: what they name has to be there.

use crate::Findings;
use crate::source::root;

const PAGES: [&str; 2] = ["README.md", "CONTRIBUTING.md"];

/// What a path in a page begins with.
const FOLDERS: [&str; 6] = [".ci/", "benches/", "deploy/", "rules/", "schemas/", "services/"];

#[test]
fn what_a_page_names_is_there() {
    let mut findings = Findings::default();
    for page in PAGES {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for (at, line) in text.lines().enumerate() {
            // Between backticks: every second part.
            for path in line.split('`').skip(1).step_by(2).filter(|words| is_path(words)) {
                if !root().join(path).exists() {
                    findings.add(
                        format_args!("{page}:{}", at + 1),
                        format_args!("there is no {path}: name what took its place"),
                    );
                }
            }
        }
    }
    findings.none();
}

fn is_path(words: &str) -> bool {
    FOLDERS.iter().any(|folder| words.starts_with(folder)) && !words.contains([' ', '*'])
}
