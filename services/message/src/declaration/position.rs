//! Lines and columns for findings that the rules made, which know a declaration and not its document.

use std::collections::HashMap;

use vocabulary::Finding;

use super::layout::{ROOT, layout, locate};
use crate::form::findings::Lines;
use crate::xml::{self, Token, Tokens};

/// Says of each finding that names a field where in the document it stands: the path, the line and the column.
///
/// The place is that of the value; where the field is missing, that of the nearest element around it that is there.
/// What the reader placed itself stays as it is, and a document that cannot be read places nothing.
pub fn locate_in(document: &[u8], findings: &mut [Finding]) {
    let mut wanted: HashMap<String, Option<usize>> = HashMap::new();
    let mut to_place = Vec::new();
    for (at, finding) in findings.iter_mut().enumerate() {
        let Some(place) = &finding.place else { continue };
        finding.path = locate(place);
        if finding.line.is_none() && !finding.path.is_empty() {
            wanted.extend(and_around(&finding.path).map(|path| (path.to_owned(), None)));
            to_place.push(at);
        }
    }
    let Ok(source) = xml::text_of(document) else { return };
    if to_place.is_empty() || offsets(source, &mut wanted).is_err() {
        return;
    }
    let offset_of = |path: &str| and_around(path).find_map(|path| wanted.get(path).copied().flatten());
    let mut placed: Vec<(usize, usize)> =
        to_place.into_iter().filter_map(|at| Some((offset_of(&findings[at].path)?, at))).collect();
    placed.sort_unstable();
    let mut lines = Lines::new(source);
    for (offset, at) in placed {
        let (line, column) = lines.position(offset);
        findings[at].line = Some(line);
        findings[at].column = Some(column);
    }
}

/// A path and those of the elements around it, the innermost first.
fn and_around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(around, _)| around).filter(|p| !p.is_empty()))
}

/// An element that has begun and not ended.
struct Open {
    /// The element of the layout; `None` for one that the layout does not have.
    node: Option<usize>,
    /// How much of the path leads to it.
    path_length: usize,
    /// How many children of each repeated element there were.
    repeated: HashMap<usize, usize>,
    /// Whether its value is wanted and has not begun.
    awaits_value: bool,
}

/// Walks the document and notes where each of the wanted paths stands first.
fn offsets(source: &str, wanted: &mut HashMap<String, Option<usize>>) -> Result<(), Box<xml::Refusal>> {
    let layout = layout();
    let mut tokens = Tokens::new(source, &[]);
    let mut open: Vec<Open> = Vec::with_capacity(8);
    let mut path = String::new();
    loop {
        match tokens.next()? {
            Token::Start(tag) => {
                let node = match open.last_mut() {
                    None => Some(ROOT),
                    Some(parent) => parent
                        .node
                        .and_then(|node| layout.group(node))
                        .and_then(|group| group.children.clone().find(|&child| layout.nodes[child].name == tag.local)),
                };
                path.push('/');
                path.push_str(tag.local);
                if let (Some(node), Some(parent)) = (node, open.last_mut())
                    && layout.group(node).is_some_and(|group| group.record.is_some())
                {
                    let position = parent.repeated.entry(node).or_default();
                    *position += 1;
                    path.push_str(&format!("[{position}]"));
                }
                let found = wanted.get_mut(&path).filter(|offset| node.is_some() && offset.is_none());
                let awaits_value = found.is_some();
                if let Some(offset) = found {
                    *offset = Some(tag.offset);
                }
                for attribute in tokens.attributes() {
                    let length = path.len();
                    path.push_str("/@");
                    path.push_str(attribute.name);
                    if let Some(offset @ None) = wanted.get_mut(&path) {
                        *offset = Some(attribute.offset);
                    }
                    path.truncate(length);
                }
                open.push(Open { node, path_length: path.len(), repeated: HashMap::new(), awaits_value });
            }
            Token::End => {
                open.pop();
                path.truncate(open.last().map_or(0, |element| element.path_length));
            }
            Token::Text { text, offset } | Token::CharacterData { text, offset } => {
                let Some(skipped) = text.bytes().position(|byte| !xml::is_space(byte)) else { continue };
                value_begins(offset + skipped, &mut open, &path, wanted);
            }
            Token::Reference { offset, .. } => value_begins(offset, &mut open, &path, wanted),
            Token::EndOfDocument => return Ok(()),
        }
    }
}

fn value_begins(offset: usize, open: &mut [Open], path: &str, wanted: &mut HashMap<String, Option<usize>>) {
    let Some(element) = open.last_mut().filter(|element| element.awaits_value) else { return };
    element.awaits_value = false;
    if let Some(found) = wanted.get_mut(path) {
        *found = Some(offset);
    }
}

#[cfg(test)]
mod tests {
    use vocabulary::declaration::{declaration, goods_item, permit};
    use vocabulary::{Bilingual, Place, Severity};

    use super::*;

    fn finding(place: Place) -> Finding {
        Finding {
            code: "code".to_owned(),
            severity: Severity::Error,
            path: String::new(),
            item: None,
            field: None,
            value: None,
            message: Bilingual::default(),
            mend: Bilingual::default(),
            suggestions: Vec::new(),
            rule: String::new(),
            law: String::new(),
            follows_from: None,
            line: None,
            column: None,
            place: Some(place),
        }
    }

    /// Where each field of a sample stands, held against the text that is found there.
    #[test]
    fn a_place_is_where_the_value_begins() {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/declaration/1.0/samples-valid");
        let document = std::fs::read_to_string(folder.join("a12-fifty-lines.xml")).unwrap();
        let crate::Reading::Read { declaration: sample, .. } = crate::read_declaration(document.as_bytes()) else {
            panic!("unreadable")
        };
        let lines: Vec<&str> = document.lines().collect();
        let mut findings = vec![
            finding(Place::header(declaration::reference)),
            finding(Place::item(goods_item::commodity_code, 0)),
            finding(Place::item(goods_item::commodity_code, 49)),
            finding(Place::item(goods_item::quantity_unit, 30)),
        ];
        let items = &sample.goods_items;
        let values = [
            sample.reference.as_deref().unwrap(),
            items[0].commodity_code.as_deref().unwrap(),
            items[49].commodity_code.as_deref().unwrap(),
            items[30].quantity_unit.as_deref().unwrap(),
        ];
        locate_in(document.as_bytes(), &mut findings);
        for (finding, value) in findings.iter().zip(values) {
            let line = lines[finding.line.unwrap() as usize - 1];
            let there: String = line.chars().skip(finding.column.unwrap() as usize - 1).collect();
            assert!(there.starts_with(value), "{} is not {value} but {there}", finding.path);
        }
        assert!(findings[2].path.contains("GovernmentAgencyGoodsItem[50]/"), "{}", findings[2].path);
        assert!(findings[3].path.ends_with("/@unitCode"), "{}", findings[3].path);
    }

    #[test]
    fn what_is_missing_is_placed_at_the_element_around_it() {
        let document = "<Declaration xmlns='urn:thongquan:declaration:1'>\n  <GoodsShipment>\n    \
                        <GovernmentAgencyGoodsItem/>\n  </GoodsShipment>\n</Declaration>";
        let mut findings = vec![
            finding(Place::item(goods_item::commodity_code, 0)),
            finding(Place::header(permit::number).occurrence(3)),
            finding(Place::header(declaration::kind)),
        ];
        locate_in(document.as_bytes(), &mut findings);
        let places: Vec<_> = findings.iter().map(|finding| (finding.line, finding.column)).collect();
        assert_eq!(places[0], (Some(3), Some(5)));
        assert!(places[1].0 == Some(1) || places[1].0 == Some(2), "{}", findings[1].path);
        assert_eq!(places[2], (Some(1), Some(1)));
    }

    #[test]
    fn what_cannot_be_read_places_nothing() {
        let mut findings = vec![finding(Place::header(declaration::kind))];
        locate_in(b"<Declaration", &mut findings);
        assert_eq!((findings[0].line, findings[0].path.is_empty()), (None, false));
    }
}
