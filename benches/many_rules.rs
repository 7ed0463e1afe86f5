//! Rulebooks with more rules than the real one, to measure what many rules cost.
#![allow(clippy::unwrap_used, reason = "a bench stops at trouble")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::ops::Range;
use std::path::Path;

use rulebook::{ItemSurroundings, Rulebook, Surroundings};
use vocabulary::Declaration;

use crate::{ON, workspace};

/// Live animals to lac: chapters that hardly a made-up declaration has goods of.
pub const OTHER_CHAPTERS: Range<usize> = 1..14;

/// Which goods the added rules speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    /// Those of [`OTHER_CHAPTERS`].
    Other,
    /// Any; they never hold, but have to be asked.
    Any,
}

/// Asks the rules of validation and of selectivity about one declaration.
pub fn ask(rulebook: &Rulebook, declaration: &Declaration) {
    let items = vec![ItemSurroundings::default(); declaration.goods_items.len()];
    let surroundings = Surroundings {
        claims: None,
        registered_on: ON,
        draw: 800_000,
        trader: None,
        total_customs_value: None,
        total_payable: None,
        routed_branch: None,
        risk_score: None,
        supposed: &[],
        items: &items,
    };
    let rules = rulebook.in_force_on(ON);
    black_box(rules.validate(black_box(declaration), &surroundings));
    black_box(rules.criteria(black_box(declaration), &surroundings));
}

/// The real rules, and so many more: half of them validate, half of them route.
pub fn with_rules(count: usize, goods: Goods) -> Rulebook {
    let folder = tempfile::tempdir().unwrap();
    copy(&workspace().join("rules"), folder.path());
    let (mut validation, mut criteria) = (String::new(), String::new());
    let dated = "law = \"RULE-KEEPER\"\nprovision = \"bench\"\nin_force_from = 2020-01-01\nmark = \"sample\"\n";
    for number in 0..count {
        let chapter = OTHER_CHAPTERS.start + number % OTHER_CHAPTERS.len();
        let when = match goods {
            Goods::Other => format!(
                "commodity_code starts_with \"{chapter:02}{:02}\" and origin in [\"CN\", \"TH\"] and quantity > {number}",
                number % 97
            ),
            Goods::Any => format!("quantity > {}", 1_000_000_000 + number),
        };
        if number % 2 == 0 {
            writeln!(
                validation,
                "[[rule]]\ncode = \"B{number}\"\n{dated}direction = \"both\"\nscope = \"goods_item\"\nseverity = \
                 \"error\"\nwhen = '''{when}'''\nfield = \"quantity\"\nmessage.en = \"m\"\nmessage.vi = \"m\"\nmend.en \
                 = \"m\"\nmend.vi = \"m\"\n"
            )
            .unwrap();
        } else {
            writeln!(
                criteria,
                "[[criterion]]\nid = \"b{number}\"\nowner = \"bench\"\n{dated}lane = \"yellow\"\nscope = \
                 \"declaration\"\nwhen = '''any(goods_items, {when})'''\nreason = \"r\"\nbecause.en = \"b\"\nbecause.vi = \"b\"\n"
            )
            .unwrap();
        }
    }
    std::fs::write(folder.path().join("validation/bench.toml"), validation).unwrap();
    std::fs::write(folder.path().join("selectivity/bench.toml"), criteria).unwrap();
    let sealing = rulebook::Sealing::of(folder.path()).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
    Rulebook::load(folder.path()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
