//! What comes next for a declaration, and who acts.

use clearance::life_cycle::Standing;
use serde::Serialize;
use vocabulary::duty::number;
use vocabulary::{Bilingual, Language, Security, State};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Who acts: declarant, bank, officer, gate; `none` where nobody has to.
    pub actor: &'static str,
    pub words: Bilingual,
}

/// What comes after a declaration stands so; `None` where this program does not know how it stands.
pub fn after(standing: Option<&Standing>) -> Next {
    let Some(standing) = standing else {
        return next(
            "officer",
            "a newer program wrote where it stands",
            "trạng thái do phiên bản phần mềm mới hơn ghi",
        );
    };
    let (en_term, vi_term) = match standing.due_on {
        Some(day) => (format!(" by {day}"), format!(" trước hết ngày {day}")),
        None => (String::new(), String::new()),
    };
    let open = number(standing.open(), Language::English);
    let vi_open = number(standing.open(), Language::Vietnamese);
    match standing.state {
        State::Draft => next("declarant", "nothing was lodged yet", "chưa khai"),
        State::Rejected => next(
            "declarant",
            "the declarant mends the findings and lodges the next version of the reference",
            "người khai sửa lỗi và khai phiên bản kế tiếp của số tham chiếu",
        ),
        State::Referred => next(
            "officer",
            "an officer decides on it; the rule keeper enters what the rulebook is missing",
            "công chức hải quan xem xét; người quản lý quy tắc bổ sung bộ quy tắc",
        ),
        State::PreRegistered => next(
            "declarant",
            "the declarant registers it before its term ends, or declares it anew",
            "người khai đăng ký chính thức trong thời hạn, hoặc khai lại",
        ),
        State::AwaitingPayment => next(
            "bank",
            format!("the payer has {open} dong debited under the identifier; clearance follows by itself"),
            format!("người nộp thuế nộp {vi_open} đồng theo mã định danh; hệ thống tự động thông quan sau đó"),
        ),
        State::DocumentCheck => next("officer", "an officer checks the documents", "công chức hải quan kiểm tra hồ sơ"),
        State::AmendmentInstructed => next(
            "declarant",
            format!("the declarant amends it as customs instructed{en_term}"),
            format!("người khai sửa đổi, bổ sung theo yêu cầu{vi_term}"),
        ),
        State::Examination => next(
            "officer",
            "an officer checks the documents and examines the goods",
            "công chức hải quan kiểm tra hồ sơ và kiểm tra thực tế hàng hóa",
        ),
        State::ReleasedBeforePermit => next(
            "officer",
            format!("an officer fixes value, code or quantity{en_term}"),
            format!("công chức hải quan xác định trị giá, mã số hoặc số lượng chính thức{vi_term}"),
        ),
        State::TakenToStorage => next(
            "officer",
            format!("the result of the specialised inspection is awaited{en_term}"),
            format!("chờ kết quả kiểm tra chuyên ngành{vi_term}"),
        ),
        State::AmendmentCheck => next(
            "officer",
            format!("the goods are cleared; an officer checks what the amendment rests on{en_term}"),
            format!("hàng hóa đã thông quan; công chức hải quan kiểm tra hồ sơ khai bổ sung{vi_term}"),
        ),
        State::Cleared | State::ThroughSupervision
            if standing.security != Security::None && !standing.open().is_zero() =>
        {
            next(
                "bank",
                format!("{open} dong, guaranteed or deferred, are to be paid{en_term}"),
                format!("còn phải nộp {vi_open} đồng được bảo lãnh hoặc nộp chậm{vi_term}"),
            )
        }
        State::Cleared | State::ThroughSupervision if !standing.open().is_zero() => next(
            "bank",
            format!("{open} dong are still to be paid; what is late bears interest for each day"),
            format!("còn phải nộp {vi_open} đồng; tiền chậm nộp được tính theo từng ngày"),
        ),
        State::Cleared => next("gate", "the goods pass the supervision area", "hàng hóa qua khu vực giám sát hải quan"),
        State::ThroughSupervision | State::Refused | State::Cancelled | State::Expired | State::Superseded => {
            next("none", "nothing: its life has ended", "không còn bước nào")
        }
    }
}

fn next(actor: &'static str, en: impl Into<String>, vi: impl Into<String>) -> Next {
    Next { actor, words: Bilingual::new(en, vi) }
}
