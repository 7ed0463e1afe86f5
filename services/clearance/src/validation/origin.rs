//! The proof of origin that an agreement's rate asks for.

use rulebook::RulesInForce;
use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, GoodsItem, Place};

use super::Report;
use crate::problem::problem;

const ORIGIN_LAW: &str = "Circular 33/2023/TT-BTC; Law 107/2016/QH13, art. 5";

/// Whether the proof of origin that the agreement asks for is declared. When it will be filed later, the
/// declarant is warned; when it is not there at all, that is a mistake.
pub(crate) fn certificate(
    position: usize,
    item: &GoodsItem,
    agreement: &str,
    name: &str,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) -> bool {
    let at = |field| Place::item(field, position);
    if item.certificate_number.is_none() {
        if item.certificate_late.as_deref() == Some("true") {
            report.warn(problem(
                "certificate_filed_later",
                at(goods_item::certificate_late),
                None,
                Bilingual::new(
                    format!("the rate of {name} holds once the certificate is filed; until then duty is assessed without it"),
                    format!("thuế suất {name} chỉ áp dụng khi nộp giấy chứng nhận xuất xứ; trước đó tính thuế không ưu đãi đặc biệt"),
                ),
                Bilingual::new(
                    "file the certificate within one year of registration (two for EVFTA and UKVFTA), and amend",
                    "nộp giấy chứng nhận trong 1 năm kể từ ngày đăng ký (2 năm với EVFTA, UKVFTA) và khai bổ sung",
                ),
                "assessment/certificates-of-origin",
                ORIGIN_LAW,
            ));
            return false;
        }
        let forms = forms(agreement, rules);
        report.find(problem(
            "certificate_missing",
            at(goods_item::certificate_number),
            None,
            Bilingual::new(
                format!("the rate of {name} is claimed without a proof of origin"),
                format!("xin hưởng thuế suất {name} nhưng chưa khai chứng từ chứng nhận xuất xứ"),
            ),
            Bilingual::new(
                format!("enter form ({forms}), number and date of the certificate; or say that it will be filed later; or enter B01"),
                format!("nhập mẫu ({forms}), số và ngày của giấy chứng nhận; hoặc khai nộp sau; hoặc nhập B01"),
            ),
            "assessment/certificates-of-origin",
            ORIGIN_LAW,
        ));
        return false;
    }
    let registered_on = rules.date();
    match item.certificate_date {
        None => report.find(problem(
            "certificate_date_missing",
            at(goods_item::certificate_date),
            None,
            Bilingual::new("the certificate's date of issue is missing", "thiếu ngày cấp giấy chứng nhận xuất xứ"),
            Bilingual::new("enter the date on the certificate", "nhập ngày cấp ghi trên giấy chứng nhận"),
            "assessment/certificates-of-origin",
            ORIGIN_LAW,
        )),
        Some(date) if date > registered_on => report.find(problem(
            "certificate_date_in_future",
            at(goods_item::certificate_date),
            Some(date.to_string()),
            Bilingual::new(
                "the certificate's date of issue is after the day of registration",
                "ngày cấp giấy chứng nhận xuất xứ sau ngày đăng ký",
            ),
            Bilingual::new("check the date on the certificate", "kiểm tra lại ngày cấp trên giấy chứng nhận"),
            "assessment/certificates-of-origin",
            ORIGIN_LAW,
        )),
        Some(_) => {}
    }
    let form = item.certificate_form.as_deref();
    let fits = form.is_some_and(|form| rules.certificates_of(agreement).any(|known| known.code() == form));
    if !fits && rules.certificates_of(agreement).next().is_some() {
        let forms = forms(agreement, rules);
        report.find(problem(
            "certificate_form_not_of_agreement",
            at(goods_item::certificate_form),
            form.map(str::to_owned),
            Bilingual::new(
                format!("the proof of origin of {name} is of form {forms}"),
                format!("chứng từ chứng nhận xuất xứ của {name} là mẫu {forms}"),
            ),
            Bilingual::new(
                "enter that form, or the schedule of the agreement that the certificate belongs to",
                "nhập đúng mẫu, hoặc nhập biểu thuế của hiệp định ứng với giấy chứng nhận",
            ),
            "code-lists/origin-certificates",
            ORIGIN_LAW,
        ));
    }
    true
}

fn forms(agreement: &str, rules: &RulesInForce<'_>) -> String {
    let forms: Vec<&str> = rules.certificates_of(agreement).map(|form| form.code()).collect();
    forms.join(", ")
}
