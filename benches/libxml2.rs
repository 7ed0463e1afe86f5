//! libxml2, loaded at run time, to measure our reader against in the same run.
#![expect(unsafe_code, reason = "a C library is called; only the benches do so")]

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;

use libloading::{Library, Symbol};

type ReadMemory = unsafe extern "C" fn(*const c_char, c_int, *const c_char, *const c_char, c_int) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut c_void);
type NewParser = unsafe extern "C" fn(*const c_char) -> *mut c_void;
type Transform = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
type Validate = unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int;

/// Neither the network nor messages on standard error (XML_PARSE_NONET, XML_PARSE_NOERROR, XML_PARSE_NOWARNING).
const OPTIONS: c_int = (1 << 11) | (1 << 5) | (1 << 6);

/// libxml2 with a compiled schema and a validation context.
pub struct LibXml2 {
    library: Library,
    context: *mut c_void,
}

impl LibXml2 {
    /// Loads the library and compiles a schema; `None` where the library is not installed or the schema is refused.
    pub fn load(schema: &Path) -> Option<Self> {
        // SAFETY: libxml2's initialisation has no preconditions, and the signatures above are those of its headers.
        unsafe {
            let library = Library::new("libxml2.so.2").ok()?;
            let path = CString::new(schema.to_str()?).ok()?;
            let new_parser: Symbol<NewParser> = library.get(b"xmlSchemaNewParserCtxt\0").ok()?;
            let parse: Symbol<Transform> = library.get(b"xmlSchemaParse\0").ok()?;
            let new_context: Symbol<Transform> = library.get(b"xmlSchemaNewValidCtxt\0").ok()?;
            let parser = new_parser(path.as_ptr());
            if parser.is_null() {
                return None;
            }
            let schema = parse(parser);
            if schema.is_null() {
                return None;
            }
            let context = new_context(schema);
            if context.is_null() {
                return None;
            }
            Some(Self { library, context })
        }
    }

    /// Parses a document into a tree, and validates it where that is wanted. Says whether all went well.
    pub fn read(&self, document: &[u8], validate: bool) -> bool {
        // SAFETY: the document outlives the call, the tree is freed once, and the context belongs to this thread.
        unsafe {
            let Ok(read) = self.library.get::<ReadMemory>(b"xmlReadMemory\0") else {
                return false;
            };
            let Ok(free) = self.library.get::<Free>(b"xmlFreeDoc\0") else {
                return false;
            };
            let Ok(check) = self.library.get::<Validate>(b"xmlSchemaValidateDoc\0") else {
                return false;
            };
            let length = c_int::try_from(document.len()).unwrap_or(c_int::MAX);
            let tree = read(document.as_ptr().cast(), length, std::ptr::null(), std::ptr::null(), OPTIONS);
            if tree.is_null() {
                return false;
            }
            let well = !validate || check(self.context, tree) == 0;
            free(tree);
            well
        }
    }
}
