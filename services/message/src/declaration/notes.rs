//! What a reader says about each kind of mistake in a document's form.

use vocabulary::records::Position;
use vocabulary::{Bilingual, FieldId, Kind, Place};

use super::layout::{Content, Layout, locate};
use super::meant;
use crate::form::findings::{Note, shortened};
use crate::form::strange::strange;
use crate::form::suggest::nearest;
use crate::form::values::{self, Mistake};
use crate::xml::{Attribute, Refusal, Tag};

pub(super) fn wrong_root(tag: Tag<'_>) -> Box<Refusal> {
    let name = shortened(tag.local);
    Refusal::guard(
        "wrong_root",
        tag.offset,
        [
            &format!("the document begins with <{name}>, not with <Declaration>"),
            &format!("chứng từ bắt đầu bằng <{name}>, không phải <Declaration>"),
        ],
        ["lodge a declaration after schemas/declaration/1.0", "gửi tờ khai theo lược đồ schemas/declaration/1.0"],
    )
}

pub(super) fn wrong_namespace_of_root(tag: Tag<'_>) -> Box<Refusal> {
    Refusal::guard(
        "wrong_namespace",
        tag.offset,
        [
            "<Declaration> is not in the namespace urn:thongquan:declaration:1",
            "<Declaration> không thuộc không gian tên urn:thongquan:declaration:1",
        ],
        [
            "write <Declaration xmlns=\"urn:thongquan:declaration:1\">",
            "viết <Declaration xmlns=\"urn:thongquan:declaration:1\">",
        ],
    )
}

/// A note on an element as such, which is no field's value.
fn element(layout: &Layout, code: &'static str, node: usize, position: Position, offset: usize) -> Note {
    Note {
        code,
        offset,
        path: layout.path(node, position.item, position.occurrence),
        place: None,
        item: position.item,
        value: None,
        message: Bilingual::default(),
        mend: Bilingual::default(),
        suggestions: Vec::new(),
        rule: format!("children of {}", layout.nodes[node].name),
    }
}

/// The field that an element carries, for the note to name.
fn place(layout: &Layout, node: usize, position: Position) -> Option<Place> {
    match &layout.nodes[node].content {
        Content::Leaf { field, .. } => {
            Some(Place { field: *field, item: position.item, occurrence: position.occurrence })
        }
        Content::Group(_) => None,
    }
}

/// The name of an element for people, in English and in Vietnamese.
fn names(layout: &Layout, node: usize) -> (&'static str, &'static str) {
    match &layout.nodes[node].content {
        Content::Leaf { field, .. } => field_names(*field),
        Content::Group(group) => (group.english, group.vietnamese),
    }
}

fn field_names(field: FieldId) -> (&'static str, &'static str) {
    (field.field().english, field.field().vietnamese)
}

pub(super) fn wrong_namespace(layout: &Layout, parent: usize, position: Position, tag: Tag<'_>) -> Note {
    let name = shortened(tag.local);
    let note = element(layout, "wrong_namespace", parent, position, tag.offset);
    Note {
        path: format!("{}/{name}", note.path),
        message: Bilingual::new(
            format!("<{name}> is not in the namespace of the declaration"),
            format!("<{name}> không thuộc không gian tên của tờ khai"),
        ),
        mend: Bilingual::new(
            "use the namespace urn:thongquan:declaration:1 for every element, or take this one out",
            "dùng không gian tên urn:thongquan:declaration:1 cho mọi phần tử, hoặc bỏ phần tử này",
        ),
        ..note
    }
}

pub(super) fn unknown_element(layout: &Layout, parent: usize, position: Position, tag: Tag<'_>) -> Note {
    let name = shortened(tag.local);
    let inside = layout.nodes[parent].name;
    let note = element(layout, "unknown_element", parent, position, tag.offset);
    let siblings = layout.group(parent).map(|group| group.children.clone()).unwrap_or_default();
    let meant = nearest(tag.local, siblings.map(|child| layout.nodes[child].name));
    let mut homes = (0..layout.nodes.len()).filter(|&node| layout.nodes[node].name == tag.local);
    let home = homes.next().map(|node| layout.path(node, None, None));
    let others = homes.count();
    let mend = match (meant, home) {
        (Some(meant), _) => Bilingual::new(format!("did you mean <{meant}>?"), format!("có phải ý bạn là <{meant}>?")),
        (None, Some(home)) if others == 0 => {
            Bilingual::new(format!("move it: its place is {home}"), format!("chuyển đến đúng vị trí {home}"))
        }
        (None, Some(home)) => Bilingual::new(
            format!("move it to one of its places, for example {home}, or take it out"),
            format!("chuyển đến một vị trí đúng, ví dụ {home}, hoặc bỏ đi"),
        ),
        (None, None) => match nearest(tag.local, layout.nodes.iter().map(|node| node.name)) {
            Some(meant) => Bilingual::new(
                format!("take it out; elsewhere the schema has <{meant}>"),
                format!("bỏ phần tử này; ở chỗ khác lược đồ có <{meant}>"),
            ),
            None => Bilingual::new(
                "take it out; the table of fields beside the schema shows where everything goes",
                "bỏ phần tử này; bảng chỉ tiêu kèm lược đồ cho biết vị trí từng chỉ tiêu",
            ),
        },
    };
    Note {
        path: format!("{}/{name}", note.path),
        message: Bilingual::new(
            format!("<{name}> is not known inside <{inside}>"),
            format!("phần tử <{name}> không có trong <{inside}>"),
        ),
        mend,
        ..note
    }
}

pub(super) fn misplaced_element(layout: &Layout, node: usize, after: usize, position: Position, tag: Tag<'_>) -> Note {
    let (name, after) = (layout.nodes[node].name, layout.nodes[after].name);
    Note {
        place: place(layout, node, position),
        message: Bilingual::new(
            format!("<{name}> stands after <{after}>, and the schema has it before"),
            format!("<{name}> đứng sau <{after}>, trong khi lược đồ quy định đứng trước"),
        ),
        mend: Bilingual::new(format!("move <{name}> before <{after}>"), format!("chuyển <{name}> lên trước <{after}>")),
        rule: format!("order inside {}", layout.nodes[layout.nodes[node].parent].name),
        ..element(layout, "misplaced_element", node, position, tag.offset)
    }
}

pub(super) fn repeated_element(layout: &Layout, node: usize, position: Position, tag: Tag<'_>) -> Note {
    let name = layout.nodes[node].name;
    Note {
        place: place(layout, node, position),
        message: Bilingual::new(
            format!("<{name}> stands more than once, and the first was read"),
            format!("<{name}> xuất hiện nhiều lần; chỉ lần đầu được đọc"),
        ),
        mend: Bilingual::new(format!("keep one <{name}>"), format!("chỉ giữ một <{name}>")),
        rule: format!("most occurrences of {name}"),
        ..element(layout, "repeated_element", node, position, tag.offset)
    }
}

pub(super) fn too_many(layout: &Layout, node: usize, there: usize, position: Position, tag: Tag<'_>) -> Note {
    let (name, most) = (layout.nodes[node].name, layout.nodes[node].max);
    let goods_item = name == "GovernmentAgencyGoodsItem";
    let (item, occurrence) = if goods_item { (Some(there), None) } else { (position.item, Some(there)) };
    let note = element(layout, "too_many_occurrences", node, Position { item, occurrence }, tag.offset);
    let rule = format!("most occurrences of {name}");
    if goods_item {
        return Note {
            code: "too_many_goods_items",
            message: Bilingual::new(
                format!("a declaration has at most {most} lines of goods"),
                format!("một tờ khai có tối đa {most} dòng hàng"),
            ),
            mend: Bilingual::new(
                "divide the goods into several declarations and number them in <Division> (FIC, BNO, DNO)",
                "chia lô hàng thành nhiều tờ khai và khai số nhánh trong <Division> (FIC, BNO, DNO)",
            ),
            rule,
            ..note
        };
    }
    Note {
        message: Bilingual::new(
            format!("<{name}> stands more than {most} times, and the first {most} were read"),
            format!("<{name}> xuất hiện quá {most} lần; chỉ {most} lần đầu được đọc"),
        ),
        mend: Bilingual::new(
            format!("keep at most {most} and put the others into <AdditionalInformation>"),
            format!("chỉ giữ tối đa {most}, phần còn lại ghi vào <AdditionalInformation>"),
        ),
        rule,
        ..note
    }
}

pub(super) fn missing_element(layout: &Layout, node: usize, position: Position, offset: usize) -> Note {
    let (name, parent) = (layout.nodes[node].name, layout.nodes[layout.nodes[node].parent].name);
    let (english, vietnamese) = names(layout, node);
    Note {
        place: place(layout, node, position),
        message: Bilingual::new(
            format!("<{name}> is missing inside <{parent}>: {english}"),
            format!("thiếu <{name}> trong <{parent}>: {vietnamese}"),
        ),
        mend: mend_missing(layout, node, name),
        rule: format!("children of {parent}"),
        ..element(layout, "missing_element", node, position, offset)
    }
}

fn mend_missing(layout: &Layout, node: usize, name: &str) -> Bilingual {
    match &layout.nodes[node].content {
        Content::Leaf { kind, .. } => {
            let kind = values::describe(*kind);
            Bilingual::new(format!("add <{name}>: {}", kind.en), format!("thêm <{name}>: {}", kind.vi))
        }
        Content::Group(_) => Bilingual::new(
            format!("add <{name}> with what the schema requires inside it"),
            format!("thêm <{name}> cùng các chỉ tiêu bắt buộc bên trong"),
        ),
    }
}

pub(super) fn missing_attribute(layout: &Layout, node: usize, name: &str, place: Place, offset: usize) -> Note {
    let element = layout.nodes[node].name;
    let (english, vietnamese) = field_names(place.field);
    let kind = values::describe(place.field.field().kind);
    Note {
        code: "missing_attribute",
        offset,
        path: locate(&place),
        place: Some(place),
        item: place.item,
        value: None,
        message: Bilingual::new(
            format!("<{element}> has no attribute {name}: {english}"),
            format!("<{element}> thiếu thuộc tính {name}: {vietnamese}"),
        ),
        mend: Bilingual::new(format!("add {name}=\"...\": {}", kind.en), format!("thêm {name}=\"...\": {}", kind.vi)),
        suggestions: Vec::new(),
        rule: format!("attributes of {element}"),
    }
}

pub(super) fn unknown_attribute(layout: &Layout, node: usize, position: Position, attribute: &Attribute<'_>) -> Note {
    let element_name = layout.nodes[node].name;
    let name = shortened(attribute.name);
    let known = match &layout.nodes[node].content {
        Content::Leaf { attributes, .. } => attributes.iter().map(|known| known.name).collect(),
        Content::Group(_) => Vec::new(),
    };
    let mend = match nearest(attribute.name, known.into_iter()) {
        Some(meant) => Bilingual::new(format!("did you mean {meant}?"), format!("có phải ý bạn là {meant}?")),
        None => Bilingual::new("take it out", "bỏ thuộc tính này"),
    };
    let note = element(layout, "unknown_attribute", node, position, attribute.offset);
    Note {
        path: format!("{}/@{name}", note.path),
        value: Some(attribute.value.to_string()),
        message: Bilingual::new(
            format!("<{element_name}> has no attribute {name}"),
            format!("phần tử <{element_name}> không có thuộc tính {name}"),
        ),
        mend,
        rule: format!("attributes of {element_name}"),
        ..note
    }
}

pub(super) fn text_not_allowed(layout: &Layout, node: usize, position: Position, text: &str, offset: usize) -> Note {
    let name = layout.nodes[node].name;
    let skipped = text.len() - text.trim_start().len();
    Note {
        offset: offset + skipped,
        value: Some(values::collapse(text).into_owned()),
        message: Bilingual::new(
            format!("text stands inside <{name}>, which holds elements only"),
            format!("có nội dung văn bản trong <{name}>, nơi chỉ được chứa phần tử"),
        ),
        mend: Bilingual::new(
            "put the text into the element that it belongs to",
            "đưa nội dung vào đúng phần tử của nó",
        ),
        rule: format!("content of {name}"),
        ..element(layout, "text_not_allowed", node, position, offset)
    }
}

pub(super) fn value(place: Place, kind: Kind, mistake: Mistake, text: &str, offset: usize) -> Note {
    let path = locate(&place);
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let (english, vietnamese) = field_names(place.field);
    let shape = values::describe(kind);
    let (en, vi) = match mistake {
        Mistake::Missing => ("is empty", "để trống"),
        Mistake::Malformed => ("holds characters that have no place in it", "chứa ký tự không hợp lệ"),
        Mistake::TooShort => ("is too short", "quá ngắn"),
        Mistake::TooLong => ("is too long", "quá dài"),
        Mistake::NotAllowed => ("is none of the values of the format", "không thuộc các giá trị cho phép"),
        Mistake::NumberTooLong => ("has too many digits", "có quá nhiều chữ số"),
        Mistake::TooManyDecimals => ("has too many decimals", "có quá nhiều chữ số thập phân"),
        Mistake::DateMalformed => ("is not a date", "không phải ngày hợp lệ"),
    };
    let named = strange(kind, mistake, text);
    let meaning = meant::meant(place.field, kind, mistake, text);
    Note {
        code: mistake.code(),
        offset,
        place: Some(place),
        item: place.item,
        value: (!text.is_empty()).then(|| text.to_owned()),
        message: Bilingual::new(format!("{english} {en}{}", named.en), format!("{vietnamese} {vi}{}", named.vi)),
        mend: match (mistake, meaning.words) {
            (Mistake::Missing, _) => Bilingual::new(
                format!("give {}, or leave {name} out if it is not required", shape.en),
                format!("khai {}, hoặc bỏ {name} nếu không bắt buộc", shape.vi),
            ),
            (_, None) => Bilingual::new(format!("give {}", shape.en), format!("khai {}", shape.vi)),
            (_, Some(words)) => {
                Bilingual::new(format!("give {}: {}", shape.en, words.en), format!("khai {}: {}", shape.vi, words.vi))
            }
        },
        suggestions: meaning.value.into_iter().collect(),
        rule: format!("{} of {name}", mistake.facet()),
        path,
    }
}
