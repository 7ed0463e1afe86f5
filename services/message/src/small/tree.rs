//! Small documents, read whole and then taken apart: payments, commands, and what is answered.

use vocabulary::{Bilingual, Finding, Kind, Value};

use crate::form::findings::{self, Note, Notes, shortened};
use crate::form::strange::strange;
use crate::form::values::{self, Mistake};
use crate::xml::{self, Namespace, Token, Tokens};

/// The one namespace of a small document.
const OWN: Namespace = Namespace::Own(0);

/// An element with everything inside it.
#[derive(Debug)]
pub struct Element {
    /// The name without its prefix; behind a colon where it is from another namespace.
    pub name: String,
    /// Where its tag begins.
    pub(super) offset: usize,
    /// Its attributes, but for those that say where the schema is.
    attributes: Vec<Attribute>,
    /// All text directly inside it.
    pub text: String,
    /// The elements directly inside it.
    pub children: Vec<Element>,
}

impl Element {
    /// Whether an attribute stands on it.
    pub fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }
}

/// An attribute of an element.
#[derive(Debug)]
struct Attribute {
    /// The name as it is written.
    name: String,
    value: String,
    /// Where the value begins.
    offset: usize,
}

/// A kind of small document.
pub struct Format {
    /// The name of the element around all others.
    pub root: &'static str,
    /// The namespace of every element.
    pub namespace: &'static str,
    /// The folder of the schema.
    pub schema: &'static str,
    /// The name of the provision of law that asks for such documents.
    pub law: &'static str,
}

/// Reads a document of a format and takes it apart.
///
/// # Errors
/// What keeps it from being one, as `take` met it on the way, or why it cannot be read at all.
pub fn read<T>(
    bytes: &[u8],
    format: &Format,
    take: impl FnOnce(&mut Cursor<'_>) -> Option<T>,
) -> Result<T, Vec<Finding>> {
    let source = xml::text_of(bytes).map_err(|refusal| {
        let readable = bytes.get(..refusal.offset).and_then(|bytes| std::str::from_utf8(bytes).ok());
        vec![findings::of_refusal(&refusal, readable.unwrap_or_default(), format.schema, format.law)]
    })?;
    let root = parse(source, format)
        .map_err(|refusal| vec![findings::of_refusal(&refusal, source, format.schema, format.law)])?;
    let mut notes = Notes::new(format.schema, format.law);
    let mut cursor = Cursor::new(&root, format!("/{}", root.name), &mut notes);
    let made = take(&mut cursor);
    cursor.finish();
    let found = notes.finish(source, None);
    match made {
        Some(made) if found.is_empty() => Ok(made),
        _ => Err(found),
    }
}

fn parse(source: &str, format: &Format) -> Result<Element, Box<xml::Refusal>> {
    let own = [format.namespace];
    let mut tokens = Tokens::new(source, &own);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match tokens.next()? {
            Token::Start(tag) => {
                if open.is_empty() && (tag.local != format.root || tag.namespace != OWN) {
                    let (name, uri, schema) = (format.root, format.namespace, format.schema);
                    let code = if tag.local == name { "wrong_namespace" } else { "wrong_root" };
                    return Err(xml::Refusal::guard(
                        code,
                        tag.offset,
                        [
                            &format!("the document does not begin with <{name}> in the namespace {uri}"),
                            &format!("chứng từ không bắt đầu bằng <{name}> thuộc không gian tên {uri}"),
                        ],
                        [&format!("write it after {schema}"), &format!("tạo chứng từ theo lược đồ {schema}")],
                    ));
                }
                let foreign = tag.namespace != OWN;
                open.push(Element {
                    // A colon stands in no name of ours, so that an element from elsewhere is never taken for one.
                    name: if foreign { format!(":{}", tag.local) } else { tag.local.to_owned() },
                    offset: tag.offset,
                    attributes: tokens
                        .attributes()
                        .iter()
                        .filter(|attribute| !attribute.is_schema_hint())
                        .map(|attribute| Attribute {
                            name: attribute.name.to_owned(),
                            value: attribute.value.to_string(),
                            offset: attribute.offset,
                        })
                        .collect(),
                    text: String::new(),
                    children: Vec::new(),
                });
            }
            Token::End => {
                let Some(element) = open.pop() else { continue };
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            Token::Text { text, .. } | Token::CharacterData { text, .. } => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(text);
                }
            }
            Token::Reference { character, .. } => {
                if let Some(element) = open.last_mut() {
                    element.text.push(character);
                }
            }
            Token::EndOfDocument => {
                return root.ok_or_else(|| xml::Refusal::malformed(0, "it has no element", "không có phần tử nào"));
            }
        }
    }
}

/// Takes the children of an element in the order of its schema.
pub struct Cursor<'t> {
    element: &'t Element,
    at: usize,
    path: String,
    notes: &'t mut Notes,
}

impl<'t> Cursor<'t> {
    fn new(element: &'t Element, path: String, notes: &'t mut Notes) -> Self {
        let mut cursor = Self { element, at: 0, path, notes };
        if !xml::is_blank(&element.text) {
            cursor.note("text_not_allowed", "text stands among elements", "có nội dung văn bản giữa các phần tử");
        }
        let path = cursor.path.clone();
        cursor.refuse_attributes(element, &path, None);
        cursor
    }

    /// The next child, when it has this name. Children before it that nobody asked for are noted.
    pub fn optional(&mut self, name: &str) -> Option<&'t Element> {
        let rest = &self.element.children[self.at..];
        let skipped = rest.iter().position(|child| child.name == name)?;
        for unknown in &rest[..skipped] {
            self.unknown(unknown, unknown.name.trim_start_matches(':'));
        }
        self.at += skipped + 1;
        Some(&rest[skipped])
    }

    /// The next child that has one of these names, which has to be there.
    pub fn choice(&mut self, names: &[&str]) -> Option<&'t Element> {
        let rest = &self.element.children[self.at..];
        let Some(first) = rest.iter().find(|child| names.contains(&child.name.as_str())) else {
            let listed = names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(", ");
            let (en, vi) = (format!("one of {listed} is missing"), format!("thiếu một trong các phần tử {listed}"));
            self.note_at(
                "missing_element",
                self.element.offset,
                names[0],
                None,
                &en,
                &vi,
                "add it",
                "bổ sung phần tử này",
            );
            return None;
        };
        self.optional(&first.name)
    }

    /// The next child, which has to have this name.
    pub fn required(&mut self, name: &str) -> Option<&'t Element> {
        let found = self.optional(name);
        if found.is_none() {
            let (en, vi) = (format!("<{name}> is missing"), format!("thiếu <{name}>"));
            self.note_at("missing_element", self.element.offset, name, None, &en, &vi, "add it", "bổ sung phần tử này");
        }
        found
    }

    /// The next child's value, which has to be there and of a kind.
    pub fn value(&mut self, name: &str, kind: Kind) -> Option<Value> {
        let child = self.required(name)?;
        self.value_in(child, kind)
    }

    /// The next child's value, of a kind, when the child is there.
    pub fn optional_value(&mut self, name: &str, kind: Kind) -> Option<Value> {
        let child = self.optional(name)?;
        self.value_in(child, kind)
    }

    /// The next child's value as our own function reads it; `shape` says what it takes, in both languages.
    pub fn parsed<T>(&mut self, name: &str, shape: [&str; 2], parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let child = self.required(name)?;
        self.refuse_attributes_of(child, None);
        self.parsed_of(child, shape, parse)
    }

    /// The same, when the child is there.
    pub fn optional_parsed<T>(&mut self, name: &str, shape: [&str; 2], parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let child = self.optional(name)?;
        self.refuse_attributes_of(child, None);
        self.parsed_of(child, shape, parse)
    }

    /// The next child's text as it stands, which has to be there and may be empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let child = self.required(name)?;
        self.refuse_attributes_of(child, None);
        Some(self.text_of(child))
    }

    /// The same, of so many characters at most.
    pub fn bounded_text(&mut self, name: &str, max: usize) -> Option<String> {
        let child = self.required(name)?;
        self.refuse_attributes_of(child, None);
        let text = self.text_of(child);
        if text.chars().count() <= max {
            return Some(text);
        }
        self.mistaken(name, child.offset, (Mistake::TooLong, None), &text, &values::describe(Kind::Wide { max }));
        None
    }

    /// A child's text as it stands, of one to so many characters. Its attributes are the caller's.
    pub fn bounded_text_of(&mut self, child: &Element, max: usize) -> Option<String> {
        let text = self.text_of(child);
        let mistake = match text.chars().count() {
            0 => Mistake::Missing,
            count if count > max => Mistake::TooLong,
            _ => return Some(text),
        };
        self.mistaken(&child.name, child.offset, (mistake, None), &text, &values::describe(Kind::Wide { max }));
        None
    }

    /// The same of a child without attributes.
    pub fn bounded_text_in(&mut self, child: &Element, max: usize) -> Option<String> {
        self.refuse_attributes_of(child, None);
        self.bounded_text_of(child, max)
    }

    /// The next child's text as it stands, when the child is there.
    pub fn optional_text(&mut self, name: &str) -> Option<String> {
        let child = self.optional(name)?;
        self.refuse_attributes_of(child, None);
        Some(self.text_of(child))
    }

    /// A child's text as it stands. Its attributes are the caller's.
    pub fn text_of(&mut self, child: &Element) -> String {
        self.refuse_children(child);
        child.text.clone()
    }

    /// The one attribute of a child, which has to be one of these words.
    pub fn attribute(&mut self, child: &'t Element, name: &str, words: &[&str]) -> Option<&'t str> {
        self.refuse_attributes_of(child, Some(name));
        let shape = Bilingual::new(
            format!("one of {}", words.join(", ")),
            format!("một trong các giá trị {}", words.join(", ")),
        );
        let within = format!("{}/@{name}", child.name);
        let Some(attribute) = child.attributes.iter().find(|attribute| attribute.name == name) else {
            let (en, vi) = (format!("the attribute {name} is missing"), format!("thiếu thuộc tính {name}"));
            let mends = (format!("give {}", shape.en), format!("khai {}", shape.vi));
            self.note_at("missing_attribute", child.offset, &within, None, &en, &vi, &mends.0, &mends.1);
            return None;
        };
        if words.contains(&&*values::collapse(&attribute.value)) {
            return Some(attribute.value.trim());
        }
        self.mistaken(&within, attribute.offset, (Mistake::NotAllowed, None), &attribute.value, &shape);
        None
    }

    /// A child's value as our own function reads it. Its attributes are the caller's.
    pub fn parsed_of<T>(&mut self, child: &Element, shape: [&str; 2], parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.refuse_children(child);
        let text = values::collapse(&child.text);
        let value = parse(&text);
        if value.is_none() {
            let mistake = if text.is_empty() { Mistake::Missing } else { Mistake::Malformed };
            self.mistaken(&child.name, child.offset, (mistake, None), &text, &Bilingual::new(shape[0], shape[1]));
        }
        value
    }

    /// The value of a child that was taken already.
    pub fn value_in(&mut self, child: &Element, kind: Kind) -> Option<Value> {
        self.refuse_attributes_of(child, None);
        self.refuse_children(child);
        let text = values::collapse(&child.text);
        match values::read(kind, &text) {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.mistaken(&child.name, child.offset, (mistake, Some(kind)), &text, &values::describe(kind));
                None
            }
        }
    }

    /// Notes the elements inside one that carries a value.
    fn refuse_children(&mut self, child: &Element) {
        for inner in &child.children {
            let within = format!("{}/{}", child.name, shortened(inner.name.trim_start_matches(':')));
            self.unknown(inner, &within);
        }
    }

    fn refuse_attributes_of(&mut self, child: &Element, known: Option<&str>) {
        let path = format!("{}/{}", self.path, child.name);
        self.refuse_attributes(child, &path, known);
    }

    /// Notes the attributes that an element does not have.
    fn refuse_attributes(&mut self, element: &Element, path: &str, known: Option<&str>) {
        for attribute in element.attributes.iter().filter(|attribute| Some(&*attribute.name) != known) {
            let name = shortened(&attribute.name);
            self.notes.add(|| Note {
                code: "unknown_attribute",
                offset: attribute.offset,
                path: format!("{path}/@{name}"),
                place: None,
                item: None,
                value: Some(attribute.value.clone()),
                message: Bilingual::new(
                    format!("there is no attribute {name} here"),
                    format!("không có thuộc tính {name} ở đây"),
                ),
                mend: Bilingual::new("take it out", "bỏ thuộc tính này"),
                suggestions: Vec::new(),
                rule: format!("attributes of {path}"),
            });
        }
    }

    /// Takes the next child apart.
    pub fn group<T>(&mut self, child: &'t Element, take: impl FnOnce(&mut Cursor<'_>) -> Option<T>) -> Option<T> {
        let mut cursor = Cursor::new(child, format!("{}/{}", self.path, child.name), self.notes);
        let made = take(&mut cursor);
        cursor.finish();
        made
    }

    /// Notes what was left over.
    fn finish(mut self) {
        for unknown in &self.element.children[self.at..] {
            self.unknown(unknown, unknown.name.trim_start_matches(':'));
        }
    }

    fn unknown(&mut self, element: &Element, within: &str) {
        let name = shortened(element.name.trim_start_matches(':'));
        let (en, vi) = (format!("<{name}> is not known here"), format!("phần tử <{name}> không có ở đây"));
        let within = shortened(within);
        self.note_at("unknown_element", element.offset, &within, None, &en, &vi, "take it out", "bỏ phần tử này");
    }

    /// A value that cannot be read; of a kind, the characters that have no place in it are named.
    fn mistaken(
        &mut self,
        within: &str,
        offset: usize,
        (mistake, kind): (Mistake, Option<Kind>),
        text: &str,
        shape: &Bilingual,
    ) {
        let named = kind.map_or_else(Bilingual::default, |kind| strange(kind, mistake, text));
        let (en, vi) = (
            format!("the value of {within} cannot be read{}", named.en),
            format!("giá trị của {within} không hợp lệ{}", named.vi),
        );
        let mends = (format!("give {}", shape.en), format!("khai {}", shape.vi));
        let value = (!text.is_empty()).then(|| text.to_owned());
        self.note_at(mistake.code(), offset, within, value, &en, &vi, &mends.0, &mends.1);
    }

    fn note(&mut self, code: &'static str, en: &str, vi: &str) {
        let (offset, path) = (self.element.offset, self.path.clone());
        self.notes.add(|| Note {
            code,
            offset,
            rule: format!("content of {path}"),
            path,
            place: None,
            item: None,
            value: None,
            message: Bilingual::new(en, vi),
            mend: Bilingual::new("take it out", "bỏ nội dung này"),
            suggestions: Vec::new(),
        });
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one sentence in two languages")]
    fn note_at(
        &mut self,
        code: &'static str,
        offset: usize,
        name: &str,
        value: Option<String>,
        en: &str,
        vi: &str,
        mend_en: &str,
        mend_vi: &str,
    ) {
        let path = &self.path;
        self.notes.add(|| Note {
            code,
            offset,
            path: format!("{path}/{name}"),
            place: None,
            item: None,
            value,
            message: Bilingual::new(en, vi),
            mend: Bilingual::new(mend_en, mend_vi),
            suggestions: Vec::new(),
            rule: format!("children of {path}"),
        });
    }
}
