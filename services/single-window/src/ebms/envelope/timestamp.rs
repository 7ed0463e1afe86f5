//! Moments as `xsd:dateTime` (ebMS 2.0, section 3.1.6.2): in UTC, with an offset, or without a zone, which means UTC.

use jiff::Timestamp;

/// Reads a moment. `None` for anything that is not an `xsd:dateTime` with a year of four digits.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let (moment, zone) = text.split_at_checked(19)?;
    let pattern = b"dddd-dd-ddTdd:dd:dd";
    let fits = moment.bytes().zip(pattern).all(|(sign, wanted)| match wanted {
        b'd' => sign.is_ascii_digit(),
        _ => sign == *wanted,
    });
    let fraction = zone.strip_prefix('.').map_or("", |rest| {
        let digits = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
        &rest[..digits]
    });
    if !fits || (zone.starts_with('.') && (fraction.is_empty() || fraction.len() > 9)) {
        return None;
    }
    let zone = zone.strip_prefix('.').map_or(zone, |rest| &rest[fraction.len()..]);
    match zone {
        "" | "Z" => format!("{}Z", text.trim_end_matches('Z')).parse().ok(),
        offset if is_offset(offset) => text.parse().ok(),
        _ => None,
    }
}

fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && b"+-".contains(&bytes[0])
        && bytes[3] == b':'
        && [1, 2, 4, 5].into_iter().all(|at| bytes[at].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_taken() {
        let noon = read("2026-11-28T12:00:00Z").unwrap();
        for same in
            ["2026-11-28T12:00:00", "2026-11-28T19:00:00+07:00", "2026-11-28T12:00:00.000Z", "\n2026-11-28T12:00:00 "]
        {
            assert_eq!(read(same), Some(noon), "{same}");
        }
        assert_eq!(read("2026-11-28T12:00:00.5-00:30").unwrap().as_millisecond() - noon.as_millisecond(), 1_800_500);
    }

    #[test]
    fn other_notations_are_not() {
        for bad in [
            "",
            "2026-11-28",
            "2026-11-28 12:00:00Z",
            "2026-11-28t12:00:00Z",
            "2026-13-28T12:00:00Z",
            "20261128T120000Z",
            "2026-11-28T12:00:00ZZ",
            "2026-11-28T12:00:00.Z",
            "2026-11-28T12:00:00+7",
            "2026-11-28T12:00:00[UTC]",
            "2026-11-28T12:00:00.1234567890Z",
            "12026-11-28T12:00:00Z",
            "2026-11-28T12:00:0é",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
