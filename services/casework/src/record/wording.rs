//! Steps of a story in words.

use clearance::life_cycle::Event;
use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::duty::{grouped, number};
use vocabulary::{Bilingual, CommandKind, Commander, Decision, Language, Outcome, Reason};

use super::entry::EntryKind;
use super::story::Happened;

/// A decision, by the word of its entry.
pub(super) fn decided(word: &str, version: u32, recorded: &Decision) -> Bilingual {
    let mistakes = recorded.findings.iter().filter(|finding| finding.is_error()).count();
    let (en, vi) = match EntryKind::of_word(word) {
        Some(EntryKind::Accepted) => ("it was lodged and registered".to_owned(), "được khai và đăng ký".to_owned()),
        Some(EntryKind::Rejected) => (
            format!("it was lodged and not registered, for {mistakes} mistakes"),
            format!("được khai nhưng không được đăng ký vì {mistakes} lỗi"),
        ),
        Some(EntryKind::Referred) => (
            "it was lodged and handed to an officer, because the rulebook does not answer it".to_owned(),
            "được khai và chuyển cho công chức hải quan vì bộ quy tắc chưa có câu trả lời".to_owned(),
        ),
        Some(EntryKind::PreRegistered) => ("it was declared in advance".to_owned(), "được khai trước".to_owned()),
        Some(EntryKind::Edited) => {
            ("it was declared anew in advance".to_owned(), "được khai lại trước khi đăng ký".to_owned())
        }
        Some(EntryKind::Registered) => (
            format!("what was declared in advance was registered, on the rules of {}", recorded.registered_on),
            format!("thông tin khai trước được đăng ký, theo quy tắc ngày {}", recorded.registered_on),
        ),
        Some(EntryKind::Decided) => (
            format!("it was decided on the rules of {}: {}", recorded.registered_on, recorded.outcome.as_str()),
            format!("được quyết định theo quy tắc ngày {}: {}", recorded.registered_on, recorded.outcome.as_str()),
        ),
        Some(EntryKind::Amended) => (
            format!("version {version} took the place of the one before it"),
            format!("phiên bản {version} thay cho phiên bản trước"),
        ),
        Some(EntryKind::AmendmentReferred) => (
            "the amendment was handed to an officer; the declaration stands as it was".to_owned(),
            "đề nghị sửa đổi được chuyển cho công chức hải quan; tờ khai giữ nguyên".to_owned(),
        ),
        Some(EntryKind::Unreadable | EntryKind::Payment | EntryKind::Command(_)) | None
            if recorded.outcome == Outcome::Accepted =>
        {
            ("it was decided anew".to_owned(), "được quyết định lại".to_owned())
        }
        Some(EntryKind::Unreadable | EntryKind::Payment | EntryKind::Command(_)) | None => {
            (word.to_owned(), word.to_owned())
        }
    };
    Bilingual::new(en, vi)
}

/// Of a declaration that nothing stood in the way of.
pub(super) fn cleared_at_once() -> Bilingual {
    Bilingual::new("it was cleared at once", "được thông quan ngay")
}

/// What happened; `law_in_vietnamese` has the Vietnamese words of a citation.
pub(super) fn happened(event: &Event, law_in_vietnamese: &dyn Fn(&str) -> String) -> Bilingual {
    let by = |day: &Option<Date>| {
        let en = day.map(|day| format!(" by {day}")).unwrap_or_default();
        let vi = day.map(|day| format!(" trước hết ngày {day}")).unwrap_or_default();
        (en, vi)
    };
    let (en, vi) = match event {
        Event::Rejected => ("it was not registered".to_owned(), "không được đăng ký".to_owned()),
        Event::Referred => ("it was handed to an officer".to_owned(), "được chuyển cho công chức hải quan".to_owned()),
        Event::PreRegistered { owed, .. } => (
            format!("it is kept in advance; {} dong would be owed", grouped(*owed)),
            format!("được lưu khai trước; dự kiến phải nộp {} đồng", in_vietnamese(*owed)),
        ),
        Event::Edited { owed, .. } => (
            format!("it was declared anew in advance; {} dong would be owed", grouped(*owed)),
            format!("được khai lại trước khi đăng ký; dự kiến phải nộp {} đồng", in_vietnamese(*owed)),
        ),
        Event::Registered { lane, owed, .. } => (
            format!("it was registered, {lane} lane, {} dong owed", grouped(*owed)),
            format!("được đăng ký, luồng {}, phải nộp {} đồng", lane.code(), in_vietnamese(*owed)),
        ),
        Event::Amended { number, owed_before, owed_after, penalty_rules_apply, .. } => {
            let penalty = if *penalty_rules_apply { "; the rules on penalties apply" } else { "" };
            let penalty_vi = if *penalty_rules_apply { "; áp dụng quy định xử phạt" } else { "" };
            (
                format!(
                    "it was amended to number {number}: {} dong owed, {} before{penalty}",
                    grouped(*owed_after),
                    grouped(*owed_before)
                ),
                format!(
                    "được sửa đổi thành số {number}: phải nộp {} đồng, trước đó {} đồng{penalty_vi}",
                    in_vietnamese(*owed_after),
                    in_vietnamese(*owed_before)
                ),
            )
        }
        Event::AmendmentReferred => {
            ("an amendment was handed to an officer".to_owned(), "đề nghị sửa đổi được chuyển cho công chức".to_owned())
        }
        Event::DutyDifference { before, after } => (
            format!("what is owed changed from {} to {} dong", grouped(*before), grouped(*after)),
            format!("số phải nộp thay đổi từ {} thành {} đồng", in_vietnamese(*before), in_vietnamese(*after)),
        ),
        Event::InterestCounted { amount, on, days, percent_per_day, law, .. } => (
            format!(
                "{} dong of interest on {} dong that were open for {days} days, at {percent_per_day} % a day ({law})",
                grouped(*amount),
                grouped(*on)
            ),
            format!(
                "tiền chậm nộp {} đồng trên số thuế {} đồng, {days} ngày, mức {} %/ngày ({})",
                in_vietnamese(*amount),
                in_vietnamese(*on),
                in_vietnamese(*percent_per_day),
                law_in_vietnamese(law)
            ),
        ),
        Event::InterestTakenBack { amount, tax, interest, until, law, .. } => (
            format!(
                "{} dong of interest were taken back: up to {until} it is {} dong on a tax of {} dong ({law})",
                grouped(*amount),
                grouped(*interest),
                grouped(*tax)
            ),
            format!(
                "giảm {} đồng tiền chậm nộp: đến ngày {until} là {} đồng trên số thuế {} đồng ({})",
                in_vietnamese(*amount),
                in_vietnamese(*interest),
                in_vietnamese(*tax),
                law_in_vietnamese(law)
            ),
        ),
        Event::InterestUnknown { until } => (
            format!("the rulebook does not say what paying late costs up to {until}: an officer says it"),
            format!("bộ quy tắc chưa có mức tiền chậm nộp đến ngày {until}: công chức xác định"),
        ),
        Event::PaymentReceived { amount, open, excess } => paid(*amount, *open, *excess),
        Event::PaymentAwaited => ("payment is awaited".to_owned(), "chờ nộp thuế".to_owned()),
        Event::AmendmentHeld => (
            "an officer has to check the amendment".to_owned(),
            "công chức phải kiểm tra hồ sơ khai bổ sung".to_owned(),
        ),
        Event::AmendmentAccepted => {
            ("an officer accepted the amendment".to_owned(), "công chức chấp nhận nội dung khai bổ sung".to_owned())
        }
        Event::DocumentsAccepted => {
            ("an officer accepted the documents".to_owned(), "công chức chấp nhận hồ sơ".to_owned())
        }
        Event::Examined => {
            ("an officer examined the goods".to_owned(), "công chức đã kiểm tra thực tế hàng hóa".to_owned())
        }
        Event::AmendmentInstructed { reason, due_on } => {
            let (en, vi) = by(due_on);
            (
                format!("an officer asked for an amendment{en}: {}", reason.message.en),
                format!("công chức yêu cầu khai bổ sung{vi}: {}", reason.message.vi),
            )
        }
        Event::Rerouted { lane, reason } => (
            format!("it was moved to the {lane} lane: {}", reason.message.en),
            format!("được chuyển sang luồng {}: {}", lane.code(), reason.message.vi),
        ),
        Event::Released { reason_code, due_on } => (
            format!("the goods were released before clearance (reason {reason_code}), to be fixed by {due_on}"),
            format!("được giải phóng hàng (lý do {reason_code}), phải xác định chính thức trước hết ngày {due_on}"),
        ),
        Event::TakenToStorage { due_on } => (
            format!("the goods were taken to storage, the inspection's result is due by {due_on}"),
            format!("hàng được đưa về bảo quản, kết quả kiểm tra trước hết ngày {due_on}"),
        ),
        Event::Cleared { due_on } => {
            let (en, vi) = by(due_on);
            let (en, vi) = if due_on.is_some() {
                (format!("; what is owed is to be paid{en}"), format!("; nộp thuế{vi}"))
            } else {
                (String::new(), String::new())
            };
            (format!("it was cleared{en}"), format!("được thông quan{vi}"))
        }
        Event::PassedSupervision => {
            ("the goods passed the supervision area".to_owned(), "hàng đã qua khu vực giám sát".to_owned())
        }
        Event::Refused { reason } => (
            format!("an officer refused it: {}", reason.message.en),
            format!("công chức từ chối: {}", reason.message.vi),
        ),
        Event::Cancelled { reason } => {
            (format!("it was cancelled: {}", reason.message.en), format!("bị hủy: {}", reason.message.vi))
        }
        Event::Expired => ("its term for registration ended".to_owned(), "hết thời hạn lưu khai trước".to_owned()),
    };
    Bilingual::new(en, vi)
}

fn in_vietnamese(amount: Decimal) -> String {
    number(amount, Language::Vietnamese)
}

fn paid(amount: Decimal, open: Decimal, excess: Decimal) -> (String, String) {
    let (en, vi) = if !open.is_zero() {
        (format!("{} dong are still open", grouped(open)), format!("còn phải nộp {} đồng", in_vietnamese(open)))
    } else if !excess.is_zero() {
        (
            format!("{} dong too much, the payer's to claim back", grouped(excess)),
            format!("nộp thừa {} đồng, người nộp được hoàn", in_vietnamese(excess)),
        )
    } else {
        ("nothing is open".to_owned(), "đã nộp đủ".to_owned())
    };
    (format!("{} dong were paid: {en}", grouped(amount)), format!("đã nộp {} đồng: {vi}", in_vietnamese(amount)))
}

/// Who commanded a step of customs, and on what it rests.
pub(super) fn commanded(happened: &Happened) -> Option<Bilingual> {
    let by = happened.by.as_deref()?;
    let (en, vi) = match by {
        "officer" => ("by the officer", "công chức"),
        "gate" => ("by the gate", "cổng giám sát"),
        _ => return Some(Bilingual::new("by the calendar", "theo thời hạn")),
    };
    let identity = happened.identity.as_deref().unwrap_or("-");
    let office = happened.office.as_deref().unwrap_or("-");
    let (mut en, mut vi) = (format!("{en} {identity} of {office}"), format!("{vi} {identity}, đơn vị {office}"));
    for (label, label_vi, value) in [
        ("place", "địa điểm", &happened.place),
        ("permit", "giấy phép", &happened.permit),
        ("remark", "ghi chú", &happened.remark),
    ] {
        if let Some(value) = value {
            en.push_str(&format!("; {label}: {value}"));
            vi.push_str(&format!("; {label_vi}: {value}"));
        }
    }
    Some(Bilingual::new(en, vi))
}

/// A command that was refused.
pub(super) fn refused_command(kind: &str, by: Option<&Commander>, reason: &Reason) -> Bilingual {
    let said = refused(kind, Some(reason));
    match by.and_then(Commander::post) {
        Some(post) => Bilingual::new(
            format!("{} [{} of {}]", said.en, post.identity, post.office),
            format!("{} [{}, đơn vị {}]", said.vi, post.identity, post.office),
        ),
        None => said,
    }
}

/// A document that was refused.
pub(super) fn refused(kind: &str, reason: Option<&Reason>) -> Bilingual {
    let known = CommandKind::ALL.into_iter().find(|command| command.as_str() == kind);
    let name = known.map_or_else(|| Bilingual::new(kind, kind), CommandKind::name);
    let (en, vi) = because(reason);
    Bilingual::new(format!("refused: {}{en}", name.en), format!("không chấp nhận: {}{vi}", name.vi))
}

/// A payment that did nothing to the declaration.
pub(super) fn not_booked(amount: i64, outcome: &str, reason: Option<&Reason>) -> Bilingual {
    let amount = Decimal::from(amount);
    let (mut en, mut vi) = because(reason);
    if reason.is_none() {
        (en, vi) = (format!(" ({outcome})"), format!(" ({outcome})"));
    }
    Bilingual::new(
        format!("{} dong were paid and not booked on it{en}", grouped(amount)),
        format!("khoản nộp {} đồng không được hạch toán cho tờ khai này{vi}", in_vietnamese(amount)),
    )
}

fn because(reason: Option<&Reason>) -> (String, String) {
    match reason {
        Some(Reason { code, message }) => (format!(": {} ({code})", message.en), format!(": {} ({code})", message.vi)),
        None => (String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_numbers_of_its_own() {
        let amount = |text: &str| Decimal::from_str_exact(text).unwrap_or_default();
        let (tax, interest) = (amount("1234567"), amount("300000"));
        let law = "Law 108/2025/QH15, art. 16";
        let counted = Event::InterestCounted {
            amount: interest,
            on: tax,
            days: 10,
            percent_per_day: amount("0.03"),
            until: Date::MAX,
            rule: "r".into(),
            law: law.into(),
        };
        let taken_back = Event::InterestTakenBack {
            amount: interest,
            tax,
            interest,
            until: Date::MAX,
            rule: "r".into(),
            law: law.into(),
        };
        let events = [
            counted,
            taken_back,
            Event::DutyDifference { before: tax, after: interest },
            Event::PaymentReceived { amount: tax, open: interest, excess: Decimal::ZERO },
            Event::PaymentReceived { amount: tax, open: Decimal::ZERO, excess: interest },
            Event::PreRegistered { number: None, direction: None, owed: tax },
        ];
        let said =
            events.iter().map(|event| happened(event, &|law| law.replace("Law", "Luật").replace("art.", "điều")));
        for Bilingual { en, vi } in said.chain([not_booked(1_234_567, "unmatched", None)]) {
            assert!(en.contains("1,234,567") || en.contains("300,000"), "{en}");
            assert!(vi.contains("1.234.567") || vi.contains("300.000"), "{vi}");
            assert!(!en.contains("1.234") && !vi.contains("1,234") && !vi.contains("300,000"), "{en} / {vi}");
            assert_eq!(en.contains("Law 108"), vi.contains("Luật 108"), "{vi}");
            assert!(!vi.contains("0.03") && !vi.contains("art."), "{vi}");
        }
    }
}
