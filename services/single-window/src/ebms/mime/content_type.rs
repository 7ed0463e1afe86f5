//! The value of `Content-Type` (RFC 2045, section 5.1): type, subtype, and parameters with or without quotes.

/// A content type with its parameters, names in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType {
    /// Type and subtype in small letters, such as `multipart/related`.
    pub essence: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// # Errors
    /// A text for people: what is wrong with the value.
    pub fn parse(value: &str) -> Result<Self, String> {
        let mut rest = Scanner { rest: value.trim_matches([' ', '\t']) };
        let essence = rest.until(|sign| sign == ';' || sign == ' ' || sign == '\t').to_ascii_lowercase();
        let halves: Vec<&str> = essence.split('/').collect();
        if halves.len() != 2 || !halves.iter().all(|half| is_token(half)) {
            return Err("the Content-Type has no type and subtype".to_owned());
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        while rest.skips(';') {
            rest.spaces();
            if rest.rest.is_empty() {
                break;
            }
            let name = rest.until(|sign| sign == '=' || sign == ';').trim_end().to_ascii_lowercase();
            if !is_token(&name) || !rest.skips('=') {
                return Err("a parameter of the Content-Type has no name or no value".to_owned());
            }
            let value = rest.value()?;
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(format!("the Content-Type names `{name}` twice"));
            }
            parameters.push((name, value));
        }
        if !rest.rest.is_empty() {
            return Err("the Content-Type goes on after its parameters".to_owned());
        }
        Ok(Self { essence, parameters })
    }

    /// A parameter by its name in small letters.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn until(&mut self, end: impl Fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.rest.split_at(self.rest.find(end).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn skips(&mut self, sign: char) -> bool {
        self.spaces();
        let after = self.rest.strip_prefix(sign);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn value(&mut self) -> Result<String, String> {
        self.spaces();
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let value = self.until(|sign| sign == ';' || sign == ' ' || sign == '\t').to_owned();
            // A boundary such as `----=_B0` stands often without the quotes that its `=` asks for.
            let plain = |sign: char| sign.is_ascii_graphic() && !"\"\\,<>@".contains(sign);
            return if !value.is_empty() && value.chars().all(plain) {
                Ok(value)
            } else {
                Err("a parameter of the Content-Type needs quotes".to_owned())
            };
        };
        let mut value = String::new();
        let mut signs = quoted.char_indices();
        while let Some((at, sign)) = signs.next() {
            match sign {
                '"' => {
                    self.rest = &quoted[at + 1..];
                    return Ok(value);
                }
                '\\' => value.push(signs.next().ok_or("the Content-Type ends after `\\`")?.1),
                sign if sign.is_control() => return Err("the Content-Type holds a control character".to_owned()),
                sign => value.push(sign),
            }
        }
        Err("a quote of the Content-Type is not closed".to_owned())
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_with_and_without_quotes() {
        let kind =
            ContentType::parse("Multipart/Related ; TYPE=text/xml;boundary=\"a\\\"; b\" ; start=\"<s@x>\";").unwrap();
        assert_eq!(kind.essence, "multipart/related");
        assert_eq!(kind.parameter("boundary"), Some("a\"; b"));
        assert_eq!((kind.parameter("type"), kind.parameter("start")), (Some("text/xml"), Some("<s@x>")));
        assert_eq!(
            ContentType::parse("multipart/related; boundary=----=_B0").unwrap().parameter("boundary"),
            Some("----=_B0")
        );
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in
            ["", "text", "text/", "a/b/c", "text/xml; charset", "text/xml; a=b; a=c", "text/xml; a=\"b", "text/xml x"]
        {
            assert!(ContentType::parse(bad).is_err(), "{bad}");
        }
        for bad in ["text/xml; a=b c", "text/xml; =b", "text/xml; a=", "text/xml, text/html"] {
            assert!(ContentType::parse(bad).is_err(), "{bad}");
        }
    }
}
