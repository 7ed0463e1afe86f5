//! What the rules answer about a tariff line, question by question.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rulebook::{
    Cited, CommodityCode, EnvironmentalProtection, ExportDuty, Inventory, Key, MfnRelation, Preferential, RuleEffect,
    Rulebook, RulesInForce, SpecialConsumption, TariffLine, VatOnLine, Version,
};
use rust_decimal::Decimal;
use serde::Serialize;
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Citation, RulebookGap};

/// The table that says on which days there is a nomenclature at all.
pub(super) const NOMENCLATURE: &str = "assessment/import-tariff/nomenclature";

/// A tariff line as the rules have it on a day.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) code: String,
    pub(super) on: Date,
    pub(super) origin: Option<String>,
    /// The tariff's words for the units, each with the codes that stand for it.
    pub(super) units: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Rules of validation and selectivity that speak of the line by its code.
    pub(super) rules: Vec<Naming>,
    pub(super) rulebook: String,
}

impl Shown {
    /// The first day on which the nomenclature has ended, and nothing is answered any more.
    pub(super) fn ends_on(&self) -> Option<Date> {
        let changes = self.rows.iter().filter_map(|row| row.next_change.as_ref());
        changes.filter(|next| next.answer.rule == NOMENCLATURE).map(|next| next.on).min()
    }
}

/// One question, and its answer.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// A stable word for the question.
    pub(super) question: &'static str,
    pub(super) label: Bilingual,
    /// The agreement that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agreement: Option<AgreementTerms>,
    #[serde(flatten)]
    pub(super) answer: Answer,
    /// How well the answer is known, where the rules say.
    pub(super) mark: Option<String>,
    /// The next day on which the answer is another one, and that answer.
    pub(super) next_change: Option<NextChange>,
}

/// What a declarant has to name to claim an agreement.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AgreementTerms {
    pub(super) id: String,
    pub(super) name_en: String,
    pub(super) name_vi: String,
    pub(super) schedules: Vec<String>,
    pub(super) certificates: Vec<String>,
    /// The members that the answer is for; empty when it is for none.
    pub(super) members: Vec<String>,
}

/// An answer of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Answer {
    pub(super) status: Status,
    /// Per cent, where the answer is one rate.
    pub(super) rate: Option<String>,
    /// What is to be said beyond the rate.
    pub(super) detail: Bilingual,
    pub(super) rule: String,
    pub(super) law: String,
    #[serde(skip)]
    mark: Option<rulebook::Mark>,
}

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Rate,
    /// No tax, or no preference: the law says so.
    None,
    /// The declared code decides.
    DependsOnGoods,
    /// The rules do not say.
    Gap,
}

#[derive(Debug, Serialize)]
pub(super) struct NextChange {
    pub(super) on: Date,
    pub(super) answer: Answer,
}

/// A rule that speaks of the line.
#[derive(Debug, Serialize)]
pub(super) struct Naming {
    pub(super) name: String,
    pub(super) prefixes: Vec<String>,
    /// `finding`, or the lane that it asks for.
    pub(super) effect: &'static str,
    pub(super) says: Bilingual,
    pub(super) when: String,
    pub(super) rule: String,
    pub(super) law: String,
    pub(super) mark: String,
    pub(super) until: Option<Date>,
}

/// A line in brief.
#[derive(Debug, Serialize)]
pub(super) struct Brief {
    pub(super) code: String,
    pub(super) units: Vec<String>,
    pub(super) mfn: Answer,
    pub(super) vat: Answer,
    pub(super) special_consumption: Answer,
    pub(super) environmental_protection: Answer,
    pub(super) export_duty: Answer,
}

impl Answer {
    fn new(status: Status, citation: Citation) -> Self {
        Self {
            status,
            rate: None,
            detail: Bilingual::default(),
            rule: citation.rule.to_string(),
            law: citation.law.to_string(),
            mark: None,
        }
    }

    fn saying(self, en: impl Into<String>, vi: impl Into<String>) -> Self {
        Self { detail: Bilingual::new(en, vi), ..self }
    }

    fn rate(cited: Cited<Decimal>) -> Self {
        Self { rate: Some(plain(cited.value)), mark: Some(cited.mark), ..Self::new(Status::Rate, cited.citation) }
    }

    fn gap(gap: &RulebookGap) -> Self {
        Self {
            status: Status::Gap,
            rate: None,
            detail: gap.message.clone(),
            rule: gap.rule.to_string(),
            law: String::new(),
            mark: None,
        }
    }

    fn of(result: Result<Cited<Decimal>, RulebookGap>) -> Self {
        result.map_or_else(|gap| Self::gap(&gap), Self::rate)
    }

    /// Whether people would read the same.
    fn says_the_same_as(&self, other: &Self) -> bool {
        (self.status, &self.rate, &self.detail) == (other.status, &other.rate, &other.detail)
    }
}

/// A question that can be asked again on another day.
struct Question<'q> {
    word: &'static str,
    label: Bilingual,
    agreement: Option<AgreementTerms>,
    ask: Box<dyn Fn(TariffLine<'_>) -> Option<Answer> + 'q>,
}

/// Everything that the rules say of a line, for goods of every origin or of one.
pub(super) fn line(rulebook: &Rulebook, on: Date, code: &str, origin: Option<&str>) -> Shown {
    let rules = rulebook.in_force_on(on);
    let inventory = rulebook.inventory();
    let days = days_of_change(&inventory, code, on);
    let mut rows = Vec::new();
    let mut questions = rates(&rules, origin);
    questions.extend(agreements(&rules, code, origin));
    questions.extend(taxes());
    questions.extend(export(&rules, code, origin));
    for question in questions {
        let Some(answer) = rules.commodity(code).and_then(|line| (question.ask)(line)) else { continue };
        let next_change = days.iter().find_map(|day| {
            let later = match rulebook.in_force_on(*day).commodity(code) {
                Some(line) => (question.ask)(line)?,
                None => Answer::new(Status::Gap, Citation::new(NOMENCLATURE, ""))
                    .saying("the nomenclature has ended", "danh mục hết hiệu lực"),
            };
            (!later.says_the_same_as(&answer)).then_some(NextChange { on: *day, answer: later })
        });
        let mark = answer.mark.or_else(|| mark_of(&inventory, &answer.rule)).map(|mark| mark.as_str().to_owned());
        rows.push(Row {
            question: question.word,
            label: question.label,
            agreement: question.agreement,
            answer,
            mark,
            next_change,
        });
    }
    if let Some(origin) = origin {
        rows.insert(0, relation(&rules, &inventory, origin));
    }
    rows.extend(further(&inventory, code, on));
    let units = rules
        .commodity(code)
        .into_iter()
        .flat_map(|line| line.units().collect::<Vec<_>>())
        .map(|unit| format!("{} ({})", unit.name, unit.codes.join(", ")))
        .collect();
    Shown {
        code: code.to_owned(),
        on,
        origin: origin.map(str::to_owned),
        units,
        rows,
        rules: rules.conditional().rules_naming(code).into_iter().map(naming).collect(),
        rulebook: rulebook.content_hash().to_owned(),
    }
}

/// A line in brief.
pub(super) fn brief(rules: &RulesInForce<'_>, code: &str) -> Brief {
    let nothing = || {
        Answer::gap(&RulebookGap {
            code: "line_not_in_rulebook".into(),
            item: None,
            message: Bilingual::new("the tariff has no such line", "biểu thuế không có dòng hàng này"),
            rule: "assessment/import-tariff".into(),
        })
    };
    let line = rules.commodity(code);
    let ask = |ask: fn(TariffLine<'_>) -> Answer| line.map_or_else(nothing, ask);
    Brief {
        code: code.to_owned(),
        units: line
            .into_iter()
            .flat_map(|line| line.units().map(|unit| unit.name.to_owned()).collect::<Vec<_>>())
            .collect(),
        mfn: ask(|line| Answer::of(line.mfn())),
        vat: ask(vat),
        special_consumption: ask(special_consumption),
        environmental_protection: ask(environmental_protection),
        export_duty: ask(export_duty),
    }
}

/// The days after a day on which an answer about a line may be another one.
fn days_of_change(inventory: &Inventory, code: &str, on: Date) -> BTreeSet<Date> {
    let of_line = |key: &Key| match key {
        Key::Line(line) => line.to_string() == code,
        Key::Word(_) => true,
    };
    let days = inventory
        .tables()
        .filter(|table| table.name().starts_with("assessment/"))
        .flat_map(|table| table.changes())
        .filter(|(day, keys)| *day > on && keys.iter().any(|key| of_line(key)));
    days.map(|(day, _)| day).collect()
}

fn question<'q>(
    word: &'static str,
    en: &str,
    vi: &str,
    ask: impl Fn(TariffLine<'_>) -> Option<Answer> + 'q,
) -> Question<'q> {
    Question { word, label: Bilingual::new(en, vi), agreement: None, ask: Box::new(ask) }
}

fn rates<'q>(rules: &RulesInForce<'_>, origin: Option<&str>) -> Vec<Question<'q>> {
    // For one origin, only the rates that it can get.
    let relation = origin.map(|origin| rules.tariff().mfn_relation(origin));
    let mut questions = Vec::new();
    if !matches!(relation, Some(MfnRelation::No(_))) {
        questions.push(question("mfn", "import duty, preferential (MFN)", "thuế NK ưu đãi (MFN)", |line| {
            Some(Answer::of(line.mfn()))
        }));
        questions.push(question(
            "mfn_out_of_quota",
            "import duty, preferential, out of quota",
            "thuế NK ưu đãi, ngoài hạn ngạch",
            |line| line.mfn_out_of_quota().transpose().map(Answer::of),
        ));
    }
    if !matches!(relation, Some(MfnRelation::Yes(_))) {
        questions.push(question("ordinary", "import duty, ordinary", "thuế NK thông thường", |line| {
            Some(Answer::of(line.ordinary()))
        }));
        questions.push(question(
            "ordinary_out_of_quota",
            "import duty, ordinary, out of quota",
            "thuế NK thông thường, ngoài hạn ngạch",
            |line| line.ordinary_out_of_quota().transpose().map(Answer::of),
        ));
    }
    questions
}

fn agreements<'q>(rules: &RulesInForce<'_>, code: &str, origin: Option<&str>) -> Vec<Question<'q>> {
    let mut questions = Vec::new();
    let Some(line) = rules.commodity(code) else { return questions };
    for agreement in rules.agreements() {
        let members: Vec<String> = match origin {
            Some(origin) => agreement.members().filter(|member| *member == origin).map(str::to_owned).collect(),
            None => agreement.members().map(str::to_owned).collect(),
        };
        let codes: (Vec<String>, Vec<String>) = (
            rules.lists().schedules_of(agreement.id()).map(|entry| entry.code().to_owned()).collect(),
            rules.lists().certificates_of(agreement.id()).map(|entry| entry.code().to_owned()).collect(),
        );
        for (out_of_quota, members) in groups(&line, agreement.id(), &members) {
            let (id, member) = (agreement.id().to_owned(), members[0].clone());
            let quota = if out_of_quota { (", out of quota", ", ngoài hạn ngạch") } else { ("", "") };
            questions.push(Question {
                word: if out_of_quota { "agreement_out_of_quota" } else { "agreement" },
                label: Bilingual::new(
                    format!("{}{}", agreement.id().to_uppercase(), quota.0),
                    format!("{}{}", agreement.id().to_uppercase(), quota.1),
                ),
                agreement: Some(AgreementTerms {
                    id: agreement.id().to_owned(),
                    name_en: agreement.name_en().to_owned(),
                    name_vi: agreement.name_vi().to_owned(),
                    schedules: codes.0.clone(),
                    certificates: codes.1.clone(),
                    members,
                }),
                ask: Box::new(move |line| {
                    Some(preferential(if out_of_quota {
                        line.preferential_out_of_quota(&id, &member)
                    } else {
                        line.preferential(&id, &member)
                    }))
                }),
            });
        }
    }
    questions
}

/// The members of an agreement by what they get for a line, inside its quota and, where it differs, outside.
fn groups(line: &TariffLine<'_>, agreement: &str, members: &[String]) -> Vec<(bool, Vec<String>)> {
    let mut groups: Vec<(bool, Answer, Vec<String>)> = Vec::new();
    for member in members {
        let inside = line.preferential(agreement, member);
        let outside = line.preferential_out_of_quota(agreement, member);
        // Where there is no quota, being outside it is no question.
        let has_quota = matches!(outside, Preferential::Rate(_) | Preferential::QuotaOnly(_));
        let answers = [(false, Some(inside)), (true, has_quota.then_some(outside))];
        for (out_of_quota, answer) in
            answers.into_iter().filter_map(|(word, answer)| Some((word, preferential(answer?))))
        {
            match groups.iter_mut().find(|(word, known, _)| *word == out_of_quota && known.says_the_same_as(&answer)) {
                Some((_, _, of)) => of.push(member.clone()),
                None => groups.push((out_of_quota, answer, vec![member.clone()])),
            }
        }
    }
    groups.into_iter().map(|(word, _, of)| (word, of)).collect()
}

fn taxes<'q>() -> Vec<Question<'q>> {
    vec![
        question("special_consumption", "special consumption tax", "thuế tiêu thụ đặc biệt", |line| {
            Some(special_consumption(line))
        }),
        question(
            "environmental_protection",
            "environmental protection tax",
            "thuế bảo vệ môi trường",
            |line| Some(environmental_protection(line)),
        ),
        question("vat", "value added tax", "thuế giá trị gia tăng", |line| Some(vat(line))),
    ]
}

fn export<'q>(rules: &RulesInForce<'_>, code: &str, destination: Option<&str>) -> Vec<Question<'q>> {
    let mut questions =
        vec![question("export_duty", "export duty", "thuế xuất khẩu", |line| Some(export_duty(line)))];
    let Some(line) = rules.commodity(code) else { return questions };
    // Where there is no export duty, nobody asks for a preference.
    let ExportDuty::Rate(rate) = line.export_duty() else { return questions };
    if rate.value.is_zero() {
        return questions;
    }
    for agreement in rules.agreements() {
        let mut groups: Vec<(Answer, Vec<String>)> = Vec::new();
        let wanted = |member: &&str| destination.is_none_or(|destination| destination == *member);
        for member in agreement.members().filter(wanted) {
            let found = line.preferential_export(agreement.id(), member);
            if !matches!(found, Preferential::Rate(_)) {
                continue;
            }
            let answer = preferential(found);
            match groups.iter_mut().find(|(known, _)| known.says_the_same_as(&answer)) {
                Some((_, of)) => of.push(member.to_owned()),
                None => groups.push((answer, vec![member.to_owned()])),
            }
        }
        for (_, members) in groups {
            let (id, member) = (agreement.id().to_owned(), members[0].clone());
            let name = agreement.id().to_uppercase();
            questions.push(Question {
                word: "export_agreement",
                label: Bilingual::new(format!("export duty to {name}"), format!("thuế xuất khẩu sang {name}")),
                agreement: Some(AgreementTerms {
                    id: id.clone(),
                    name_en: agreement.name_en().to_owned(),
                    name_vi: agreement.name_vi().to_owned(),
                    schedules: rules.lists().schedules_of(&id).map(|entry| entry.code().to_owned()).collect(),
                    certificates: Vec::new(),
                    members,
                }),
                ask: Box::new(move |line| Some(preferential(line.preferential_export(&id, &member)))),
            });
        }
    }
    questions
}

fn preferential(found: Preferential) -> Answer {
    match found {
        Preferential::Rate(rate) => Answer::rate(rate),
        Preferential::Excluded(citation) => {
            Answer::new(Status::None, citation).saying("no preference", "không được ưu đãi")
        }
        Preferential::NotForOrigin(citation) => {
            Answer::new(Status::None, citation).saying("not for this origin", "không áp dụng cho xuất xứ này")
        }
        Preferential::NotMember(citation) => {
            Answer::new(Status::None, citation).saying("not a member", "không phải thành viên")
        }
        Preferential::QuotaOnly(citation) => Answer::new(Status::DependsOnGoods, citation)
            .saying("inside the tariff quota alone", "chỉ trong hạn ngạch thuế quan"),
        Preferential::Gap(gap) => Answer::gap(&gap),
    }
}

fn special_consumption(line: TariffLine<'_>) -> Answer {
    match line.special_consumption() {
        SpecialConsumption::NotSubject(citation) => {
            Answer::new(Status::None, citation).saying("not borne", "không chịu thuế")
        }
        SpecialConsumption::Rate(rate) => Answer::rate(rate),
        SpecialConsumption::Seldom { permitted, citation } => {
            one_of(&permitted, true, Answer::new(Status::DependsOnGoods, citation))
        }
        SpecialConsumption::DependsOnGoods { permitted, citation, .. } if permitted.is_empty() => {
            Answer::new(Status::DependsOnGoods, citation).saying("the declared code decides", "theo mã thuế khai báo")
        }
        SpecialConsumption::DependsOnGoods { permitted, not_subject_permitted, citation } => {
            one_of(&permitted, not_subject_permitted, Answer::new(Status::DependsOnGoods, citation))
        }
        SpecialConsumption::Gap(gap) => Answer::gap(&gap),
    }
}

fn environmental_protection(line: TariffLine<'_>) -> Answer {
    match line.environmental() {
        EnvironmentalProtection::No(citation) => {
            Answer::new(Status::None, citation).saying("not borne", "không chịu thuế")
        }
        EnvironmentalProtection::Yes(citation) => Answer::new(Status::DependsOnGoods, citation).saying(
            "borne; an amount for each unit by the declared code",
            "chịu thuế; mức tuyệt đối theo mã thuế khai báo",
        ),
        EnvironmentalProtection::Maybe(citation) => Answer::new(Status::DependsOnGoods, citation).saying(
            "borne by some of the goods; the declared code decides",
            "một số hàng chịu thuế; theo mã thuế khai báo",
        ),
        EnvironmentalProtection::Gap(gap) => Answer::gap(&gap),
    }
}

fn vat(line: TariffLine<'_>) -> Answer {
    match line.vat() {
        VatOnLine::Rate(rate) if rate.citation.rule.contains("/cut@") => {
            Answer::rate(rate).saying("temporary cut", "mức giảm tạm thời")
        }
        VatOnLine::Rate(rate) => Answer::rate(rate),
        VatOnLine::DependsOnGoods { permitted, not_subject_permitted, citation } => {
            one_of(&permitted, not_subject_permitted, Answer::new(Status::DependsOnGoods, citation))
        }
        VatOnLine::Gap(gap) => Answer::gap(&gap),
    }
}

fn export_duty(line: TariffLine<'_>) -> Answer {
    match line.export_duty() {
        ExportDuty::NotListed(citation) => Answer::new(Status::None, citation).saying("not borne", "không chịu thuế"),
        ExportDuty::Rate(rate) => Answer::rate(rate),
        ExportDuty::Gap(gap) => Answer::gap(&gap),
    }
}

fn one_of(rates: &[Decimal], not_subject: bool, answer: Answer) -> Answer {
    let rates: Vec<String> = rates.iter().map(|rate| format!("{} %", plain(*rate))).collect();
    let (mut en, mut vi) = (rates.join(", "), rates.join(", "));
    if not_subject {
        en = if en.is_empty() { "not subject".to_owned() } else { format!("not subject, {en}") };
        vi = if vi.is_empty() { "không chịu thuế".to_owned() } else { format!("không chịu thuế, {vi}") };
    }
    answer.saying(format!("{en}: the declared code decides"), format!("{vi}: theo mã thuế khai báo"))
}

fn relation(rules: &RulesInForce<'_>, inventory: &Inventory, origin: &str) -> Row {
    let answer = match rules.tariff().mfn_relation(origin) {
        MfnRelation::Yes(citation) => {
            Answer::new(Status::None, citation).saying("has most-favoured-nation treatment", "được đối xử tối huệ quốc")
        }
        MfnRelation::No(citation) => Answer::new(Status::None, citation)
            .saying("has no most-favoured-nation treatment", "không được đối xử tối huệ quốc"),
        MfnRelation::Unknown(gap) => Answer::gap(&gap),
    };
    let mark = mark_of(inventory, &answer.rule).map(|mark| mark.as_str().to_owned());
    Row {
        question: "relation",
        label: Bilingual::new(format!("goods of {origin}"), format!("hàng xuất xứ {origin}")),
        agreement: None,
        answer,
        mark,
        next_change: None,
    }
}

/// Tables that the questions above do not ask, in their own words.
fn further(inventory: &Inventory, code: &str, on: Date) -> Vec<Row> {
    const ASKED: [&str; 6] = [
        "assessment/import-tariff",
        "assessment/value-added-tax",
        "assessment/special-consumption-tax",
        "assessment/environmental-protection-lines",
        "assessment/export-tariff",
        "assessment/export-preferential",
    ];
    let mut rows = Vec::new();
    for table in inventory.tables() {
        if ASKED.contains(&table.name()) || table.name().starts_with("assessment/preferential/") {
            continue;
        }
        for (key, versions) in table.entries() {
            let in_force = versions.iter().filter(|version| version.from <= on && version.to.is_none_or(|to| on <= to));
            for version in in_force.filter(|version| names(key, version, code)) {
                let said: Vec<String> = version.values.iter().map(|(name, value)| format!("{name} {value}")).collect();
                let said = format!("{key}: {}", said.join(", "));
                let rule = format!("{}/{key}@{}", table.name(), version.from);
                rows.push(Row {
                    question: "further",
                    label: Bilingual::new(table.name(), table.name()),
                    agreement: None,
                    answer: Answer::new(Status::DependsOnGoods, Citation::new(rule, version.law.to_string()))
                        .saying(said.clone(), said),
                    mark: Some(version.mark.as_str().to_owned()),
                    next_change: None,
                });
            }
        }
    }
    rows
}

/// Whether an entry of a table is about a line: by its key, or by beginnings of codes under the name `hs`.
fn names(key: &Key, version: &Version, code: &str) -> bool {
    if let Key::Line(line) = key {
        return line.to_string() == code;
    }
    let goods = version.values.iter().filter(|(name, _)| name == "hs");
    goods
        .flat_map(|(_, prefixes)| prefixes.split(['/', ',', ' ']))
        .any(|prefix| prefix.len() >= 2 && prefix.bytes().all(|byte| byte.is_ascii_digit()) && code.starts_with(prefix))
}

fn naming(rule: rulebook::RuleNaming) -> Naming {
    let (effect, says) = match rule.effect {
        RuleEffect::Finding(message) => ("finding", message),
        RuleEffect::Lane(lane, because) => (lane.as_str(), because),
    };
    Naming {
        name: rule.name,
        prefixes: rule.prefixes,
        effect,
        says,
        when: rule.when,
        rule: rule.citation.rule.to_string(),
        law: rule.citation.law.to_string(),
        mark: rule.mark.as_str().to_owned(),
        until: rule.to,
    }
}

/// The mark of the version that a citation names: `table/key/column@day`, or `table@day` of a whole table.
fn mark_of(inventory: &Inventory, rule: &str) -> Option<rulebook::Mark> {
    let (place, day) = rule.rsplit_once('@')?;
    let day: Date = day.parse().ok()?;
    let left_out = format!("{place}/lines-left-out");
    if let Some(table) = inventory.table(&left_out) {
        return table.entries().flat_map(|(_, versions)| versions).find(|version| version.from == day).map(|v| v.mark);
    }
    let table = inventory
        .tables()
        .filter(|table| place.strip_prefix(table.name()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        .max_by_key(|table| table.name().len())?;
    let rest = place.strip_prefix(table.name())?.trim_start_matches('/');
    let word = rest.split('/').next().unwrap_or_default();
    let key = CommodityCode::parse(word).map_or_else(|| Key::Word(word.into()), Key::Line);
    let versions = table.versions(&key);
    match versions.iter().find(|version| version.from == day).or(versions.first()) {
        Some(version) => Some(version.mark),
        // The period of a whole table, of which the least sure row speaks.
        None => table.marks().into_keys().last(),
    }
}
