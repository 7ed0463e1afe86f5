//! What a rule is applied to: the declaration, or each element of one of its repeated groups.

use conditions::{CollectionSlot, Record as _};
use vocabulary::Scope;

use super::{Subject, schema};

/// What a rule is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The word in rule files.
    pub(crate) word: &'static str,
    /// The records that conditions are asked of, outermost first.
    pub(crate) scopes: &'static [Scope],
    /// The groups that lead from the declaration to the last of them.
    path: &'static [CollectionSlot],
}

macro_rules! reach {
    ($word:literal: $($scope:ident),* ; $($slot:ident),*) => {
        Reach {
            word: $word,
            scopes: &[Scope::Declaration, $(Scope::$scope),*],
            path: &[$(schema::$slot),*],
        }
    };
}

/// Where in a declaration a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Site {
    /// The position of the goods item, from 0.
    pub(crate) item: Option<usize>,
    /// The position in another repeated group, from 0.
    pub(crate) occurrence: Option<usize>,
}

impl Reach {
    /// Everything that a rule can be applied to.
    pub(crate) const ALL: [Self; 14] = [
        reach!("declaration": ;),
        reach!("bill": Bill; BILLS),
        reach!("permit": Permit; PERMITS),
        reach!("other_law": OtherLaw; OTHER_LAWS),
        reach!("adjustment": Adjustment; ADJUSTMENTS),
        reach!("attachment": Attachment; ATTACHMENTS),
        reach!("transit": Transit; TRANSITS),
        reach!("container": Container; CONTAINERS),
        reach!("vanning_place": VanningPlace; VANNING_PLACES),
        reach!("instruction": Instruction; INSTRUCTIONS),
        reach!("goods_item": GoodsItem; GOODS_ITEMS),
        reach!("adjustment_reference": GoodsItem, AdjustmentReference; GOODS_ITEMS, ADJUSTMENT_REFERENCES),
        reach!("other_tax": GoodsItem, OtherTax; GOODS_ITEMS, OTHER_TAXES),
        reach!("goods_item_other_law": GoodsItem, OtherLaw; GOODS_ITEMS, OTHER_LAWS),
    ];

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reach| reach.word == word)
    }

    /// The innermost record's kind.
    pub(crate) fn scope(self) -> Scope {
        self.scopes.last().copied().unwrap_or(Scope::Declaration)
    }

    /// The kinds of record as conditions number them.
    pub(crate) fn numbers(self) -> Vec<conditions::Scope> {
        self.scopes.iter().map(|scope| schema::number_of(*scope)).collect()
    }

    /// Shows each set of records to the visitor, in the order of the document.
    pub(crate) fn visit<'a>(self, declaration: Subject<'a>, mut visitor: impl FnMut(&[Subject<'a>], Site)) {
        match *self.path {
            [] => visitor(&[declaration], Site::default()),
            [group] => each(declaration, group, |element, at| {
                visitor(&[declaration, element], site(group, at));
            }),
            [outer, inner] => each(declaration, outer, |item, item_at| {
                each(item, inner, |element, at| {
                    let site = Site { occurrence: Some(at), ..site(outer, item_at) };
                    visitor(&[declaration, item, element], site);
                });
            }),
            _ => {}
        }
    }

    /// The last set of records only: the one that a test of a rule describes.
    pub(crate) fn last<T>(self, declaration: Subject<'_>, mut visitor: impl FnMut(&[Subject<'_>]) -> T) -> Option<T> {
        let mut seen = None;
        self.visit(declaration, |records, _| seen = Some(visitor(records)));
        seen
    }
}

fn each<'a>(record: Subject<'a>, group: CollectionSlot, mut visitor: impl FnMut(Subject<'a>, usize)) {
    for at in 0..record.count(group) {
        if let Some(element) = record.element(group, at) {
            visitor(element, at);
        }
    }
}

fn site(group: CollectionSlot, at: usize) -> Site {
    if group == schema::GOODS_ITEMS {
        Site { item: Some(at), occurrence: None }
    } else {
        Site { item: None, occurrence: Some(at) }
    }
}
