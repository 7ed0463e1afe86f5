//! Every message that a rule keeper can meet: what, where, and how to mend it.

use super::{DECLARATION, ITEM, compile, shown};
use crate::{Condition, Formula, Limits};

/// The whole of what is shown for a condition about a declaration, without its closing line break.
fn check(source: &str, expect: &str) {
    match compile(source, &[DECLARATION]) {
        Ok(_) => panic!("{source} compiles"),
        Err(errors) => assert_eq!(shown(&errors), expect, "\n{source}"),
    }
}

/// The message, column, length and hint of the only mistake.
fn check_short(source: &str, message: &str, column: u32, length: u32, hint: &str) {
    let errors = compile(source, &[DECLARATION]).expect_err(source);
    let [error] = &*errors else { panic!("{source}\n{}", shown(&errors)) };
    let hint = (!hint.is_empty()).then_some(hint);
    let found = (&*error.message, error.position.column, error.position.length, error.hint.as_deref());
    assert_eq!(found, (message, column, length, hint), "{source}");
}

#[test]
fn a_mistake_is_shown_with_its_line() {
    check(
        "kind = \"A11\" and\n\torign = \"CN\"",
        "`orign` is no field of `declaration`, at line 2, column 2\n  \
           2 |  orign = \"CN\"\n    \
             |  ^^^^^",
    );
    check(
        "invoice_currenci = \"USD\"",
        "`invoice_currenci` is no field of `declaration`, at line 1, column 1\n  \
           1 | invoice_currenci = \"USD\"\n    \
             | ^^^^^^^^^^^^^^^^\n\
         did you mean `invoice_currency`?",
    );
}

#[test]
fn all_mistakes_are_shown() {
    let errors = compile("kynd = 5 and invoice_amount = \"x\" or_ and incomplete > true", &[DECLARATION]).unwrap_err();
    assert_eq!(errors.len(), 1, "what cannot be read is the only mistake");
    let errors = compile("kynd = 5 and invoice_amount = \"5\" and incomplete > true", &[DECLARATION]).unwrap_err();
    let messages: Vec<&str> = errors.iter().map(|error| &*error.message).collect();
    assert_eq!(
        messages,
        [
            "`kynd` is no field of `declaration`",
            "`invoice_amount` is a number and cannot be compared with the text \"5\"",
            "true and false cannot be put in order",
        ]
    );
    let many = vec!["x = 1"; 50].join(" and ");
    assert_eq!(compile(&many, &[DECLARATION]).unwrap_err().len(), 20);
}

#[test]
fn a_long_line_is_shown_in_part() {
    let source = format!("{} and oops = 1 and {}", vec!["true"; 60].join(" and "), vec!["true"; 60].join(" and "));
    let errors = compile(&source, &[DECLARATION]).unwrap_err();
    let lines: Vec<String> = errors[0].to_string().lines().map(str::to_owned).collect();
    assert!(lines[1].chars().count() <= 110, "{}", lines[1]);
    let caret = lines[2].find('^').unwrap();
    assert_eq!(&lines[1][caret..caret + 4], "oops");
}

#[test]
fn characters() {
    check_short("kind == \"A\"", "`==` has no meaning here", 6, 2, "write `=`");
    check_short("true && true", "`&&` has no meaning here", 6, 2, "write `and`");
    check_short("true || true", "`||` has no meaning here", 6, 2, "write `or`");
    check_short("!true", "`!` has no meaning here", 1, 1, "write `not`");
    check_short("kind <> \"A\"", "`<>` has no meaning here", 6, 2, "write `!=`");
    check_short("invoice_amount ≥ 5", "`≥` has no meaning here", 16, 1, "write `>=`");
    check_short("kind = 'A'", "`'` has no meaning here", 8, 1, "write straight double quotes: \"text\"");
    check_short("kind = “A”", "`“` has no meaning here", 8, 1, "write straight double quotes: \"text\"");
    check_short(
        "invoice_amount > 5%",
        "`%` has no meaning here",
        19,
        1,
        "write a percentage as a number, and divide by 100 where a fraction is meant",
    );
    check_short(
        "kind = đ",
        "`đ` has no meaning here",
        8,
        1,
        "names are written without accents; a text stands in double quotes",
    );
    check_short("true; true", "`;` has no meaning here", 5, 1, "");
    check_short("true \u{0}", "`\\0` has no meaning here", 6, 1, "");
}

#[test]
fn literals() {
    check_short("kind = \"A11", "the text is not closed on its line", 8, 1, "close it with `\"`");
    check_short("kind = \"A\n11\"", "the text is not closed on its line", 8, 1, "close it with `\"`");
    check_short(
        "kind = \"A\\n\"",
        "a backslash may stand only before `\"` or another backslash",
        10,
        1,
        "write \\\\ for a backslash",
    );
    check_short("kind = \"A\t\"", "a text may not hold control characters", 10, 1, "");
    check_short("kind = 0102", "a number does not begin with 0", 8, 4, "write a code in double quotes: \"0102\"");
    check_short(
        "kind = 10USD",
        "`10USD` is neither a number nor a name",
        8,
        5,
        "put a space after the number, or write a code in double quotes",
    );
    check_short(
        "invoice_amount > 1.000.000",
        "a number has one decimal point, and digits on both sides of it",
        18,
        6,
        "the point stands before decimals only: write 1000000 or 1_000_000",
    );
    check_short("invoice_amount > 1_", "an underscore stands between two digits of a number", 18, 2, "");
    check_short("invoice_amount > 79228162514264337593543950336", "a number has at most 28 digits", 18, 29, "");
    check_short("invoice_date > 2026-02-30", "2026-02-30 is not a day of the calendar", 16, 10, "");
    check_short(
        "invoice_date > 2026-07-01T00",
        "`2026-07-01T00` is neither a number nor a name",
        16,
        13,
        "a date is written year-month-day, such as 2026-07-01",
    );
    check_short(
        "invoice_date > 2026-7-1",
        "`invoice_date` is a date and cannot be compared with `2026-7-1`, which is a number",
        1,
        23,
        "a date is written year-month-day without quotes, such as 2026-07-01",
    );
}

#[test]
fn order_of_words() {
    check_short("", "the source ends where a value or a name should stand", 1, 1, "");
    check_short("true and", "the source ends where a value or a name should stand", 9, 1, "");
    check_short("(true", "the source ends where `)` should stand", 6, 1, "");
    check_short("true)", "`)` stands where the end, or an operator such as `and` should stand", 5, 1, "");
    check_short(
        "true AND true",
        "`AND` stands where the end, or an operator such as `and` should stand",
        6,
        3,
        "write `and`",
    );
    check_short("kind \"A\"", "`\"A\"` stands where the end, or an operator such as `and` should stand", 6, 3, "");
    check_short(
        "true and false or true",
        "`and` and `or` are mixed",
        16,
        2,
        "put parentheses around what belongs together",
    );
    check_short(
        "1 < invoice_amount < 5",
        "a comparison has two sides, not three",
        20,
        1,
        "write `a < b and b < c`, or put parentheses around one comparison",
    );
    check_short(
        "kind not \"A\"",
        "`\"A\"` stands where `in`, `starts_with`, `ends_with`, `contains` or `mentions` should stand",
        10,
        3,
        "",
    );
    check_short("= 5", "`=` stands where a value or a name should stand", 1, 1, "");
    check_short("declaration.and = 5", "`and` stands where the name of a field should stand", 13, 3, "");
    check_short(
        "declaration.goods_items.origin = \"CN\"",
        "a name has one point at most",
        24,
        1,
        "ask about the elements of a collection with `any`, `all`, `count` or `sum`",
    );
}

#[test]
fn lists() {
    let where_lists_stand = "a list stands after `in`, `starts_with`, `ends_with` or `contains`";
    check_short("kind = [\"A\"]", "a list may not stand here", 8, 1, where_lists_stand);
    check_short("kind = list(nothing)", "a list may not stand here", 8, 4, where_lists_stand);
    check_short("kind in []", "the list is empty, so nothing could be in it", 10, 1, "");
    check_short("kind in [\"A\" \"B\"]", "`\"B\"` stands where `]` should stand", 14, 3, "");
    check_short(
        "kind in [CN]",
        "`CN` stands in a list, which holds written values only",
        10,
        2,
        "write \"CN\" if the code is meant",
    );
    check_short("kind in [(]", "`(` stands where a value of the list should stand", 10, 1, "");
    check_short("kind in \"A\"", "after `in` stands a list", 9, 3, "write `= \"A\"` or `in [\"A\"]`");
    check_short(
        "kind in nothing",
        "after `in` stands a list",
        9,
        7,
        "write `= nothing`, or `in list(nothing)` if a list is meant",
    );
    check_short("kind in 1 + 1", "after `in` stands a list", 9, 5, "write `=` to compare with one value");
    check_short(
        "kind in [\"A\", 5]",
        "the number 5 stands in a list for `kind`, where text is needed",
        15,
        1,
        "write a code in double quotes: \"5\"",
    );
    check_short(
        "invoice_amount in [\"5\"]",
        "the text \"5\" stands in a list for `invoice_amount`, where a number is needed",
        20,
        3,
        "write the number without quotes: 5",
    );
    check_short(
        "invoice_date in [\"2026-07-01\"]",
        "the text \"2026-07-01\" stands in a list for `invoice_date`, where a date is needed",
        18,
        12,
        "write the date without quotes: 2026-07-01",
    );
    check_short("kind starts_with [\"A\", true]", "true stands after `starts_with`, where text is needed", 24, 4, "");
    check_short(
        "incomplete in [true]",
        "true or false is not looked up in a list",
        1,
        10,
        "write the condition by itself, or `not` before it",
    );
    check_short(
        "kind starts_with list(kinds_of_the_day)",
        "`list(kinds_of_the_day)` changes with the day and stands after `in` only",
        23,
        16,
        "",
    );
    let phrases = "a phrase in double quotes, or several in brackets";
    let message = format!("`list` stands where {phrases} should stand");
    check_short("kind mentions list(vehicles)", &message, 15, 4, "");
    check_short("kind mentions [\"A\", \"--\"]", "a phrase has a word in it", 21, 4, "letters or digits make a word");
    check_short(
        "kind mentions \"A\" outside [5]",
        "the number 5 stands after `outside`, where text is needed",
        28,
        1,
        "write a code in double quotes: \"5\"",
    );
    check_short(
        "written_decimals(invoice_amount + 1) = 0",
        "`written_decimals` asks about a field",
        18,
        18,
        "name one field, not a computation",
    );
    check_short(
        "round(invoice_amount, 29) = 0",
        "how many decimals are kept is a whole number from 0 to 28, written out",
        23,
        2,
        "write round(number, how many decimals)",
    );
    check_short("kind in list(vehicels)", "there is no list `vehicels`", 14, 8, "did you mean `vehicles`?");
    check_short(
        "invoice_amount in list(vehicles)",
        "`invoice_amount` is a number but `list(vehicles)` holds text",
        1,
        14,
        "",
    );
    check_short("kind starts_with list(with_gap)", "the list `with_gap` has an empty entry", 23, 8, "");
    let empty = "an empty text is found in every text";
    let ask_given = "write given(field) to ask whether it was declared";
    check_short("kind starts_with \"\"", empty, 18, 2, ask_given);
    check_short("kind contains [\"A\", \"\"]", empty, 21, 2, ask_given);
}

#[test]
fn types() {
    check_short(
        "kind = 5",
        "`kind` is text and cannot be compared with the number 5",
        1,
        8,
        "write a code in double quotes: \"5\"",
    );
    check_short(
        "invoice_date = \"1/7/2026\"",
        "`invoice_date` is a date and cannot be compared with the text \"1/7/2026\"",
        1,
        25,
        "a date is written year-month-day without quotes, such as 2026-07-01",
    );
    check_short(
        "kind = invoice_amount",
        "`kind` is text and cannot be compared with `invoice_amount`, which is a number",
        1,
        21,
        "",
    );
    check_short(
        "kind < \"B\"",
        "text cannot be put in order",
        1,
        10,
        "ask with `=`, `in` or `starts_with`; only numbers and dates have an order",
    );
    check_short("true > false", "true and false cannot be put in order", 1, 12, "");
    check_short("kind + 1 = 2", "`kind` is text and cannot stand beside `+`", 1, 4, "");
    check_short(
        "arrival_date - invoice_date > 5",
        "`arrival_date` is a date and cannot stand beside `-`",
        1,
        12,
        "write days_between(earlier date, later date) for the days between two dates",
    );
    check_short("-kind = 1", "`kind` is text where a number is needed", 2, 4, "");
    check_short("kind", "`kind` is text, not a condition", 1, 4, "to ask whether it was declared, write given(kind)");
    check_short("1 + 1", "`1 + 1` is a number, not a condition", 1, 5, "");
    check_short("not 5", "the number 5 is not a condition", 5, 1, "");
    check_short("invoice_amount starts_with \"5\"", "`invoice_amount` is a number where text is needed", 1, 14, "");
    check_short(
        "kind starts_with 87",
        "the number 87 stands where text is needed",
        18,
        2,
        "write a code in double quotes: \"87\"",
    );
}

#[test]
fn names() {
    check_short(
        "goods.origin = \"CN\"",
        "`goods` is no record in reach here",
        1,
        5,
        "before the point may stand `declaration`",
    );
    check_short(
        "declaratoin.kind = \"CN\"",
        "`declaratoin` is no record in reach here",
        1,
        11,
        "did you mean `declaration`?",
    );
    check_short("declaration.knd = \"CN\"", "`knd` is no field of `declaration`", 13, 3, "did you mean `kind`?");
    check_short(
        "origin = \"CN\"",
        "`origin` is no field of `declaration`",
        1,
        6,
        "each of `goods_items` has its own `origin`: write any(goods_items, origin ...)",
    );
    check_short("kind = CN", "`CN` is no field of `declaration`", 8, 2, "write \"CN\" if the code is meant");
    check_short(
        "any(goods_items, origni = kind)",
        "`origni` is no field of `declaration` or `item`",
        18,
        6,
        "did you mean `origin`?",
    );
    check_short(
        "goods_items = 1",
        "`goods_items` is a collection, not a value",
        1,
        11,
        "ask about it with any(goods_items, ...), all(goods_items, ...), count(goods_items) or sum(goods_items, ...)",
    );
    let errors = compile("reference = \"X\"", &[DECLARATION, ITEM]).unwrap_err();
    assert_eq!(errors[0].message, "`reference` could be one of several fields");
    assert_eq!(errors[0].hint.as_deref(), Some("write `declaration.reference` or `item.reference`"));
}

#[test]
fn functions() {
    check_short("exists(kind)", "there is no function `exists`", 1, 6, "");
    check_short("givn(kind)", "there is no function `givn`", 1, 4, "did you mean `given`?");
    check_short("given()", "`given` takes 1 argument, not 0", 1, 7, "write given(field)");
    check_short("given(kind, kind)", "`given` takes 1 argument, not 2", 1, 17, "write given(field)");
    check_short("any(goods_items)", "`any` takes 2 arguments, not 1", 1, 16, "write any(collection, condition)");
    check_short(
        "count() = 1",
        "`count` takes 1 or 2 arguments, not 0",
        1,
        7,
        "write count(collection) or count(collection, condition)",
    );
    check_short("min(1) = 1", "`min` takes 2 or more arguments, not 1", 1, 6, "write min(number, number, ...)");
    check_short("given(1 + 1)", "`given` asks about a field", 7, 5, "name one field, not a computation");
    check_short("missing(\"A\")", "`missing` asks about a field", 9, 3, "name one field, not a computation");
    check_short("length(invoice_amount) = 1", "`invoice_amount` is a number where text is needed", 8, 14, "");
    check_short(
        "days_between(1, invoice_date) = 1",
        "the number 1 stands where a date is needed",
        14,
        1,
        "a date is written year-month-day without quotes, such as 2026-07-01",
    );
    check_short("any(kind, true)", "`kind` is a field, not a collection", 5, 4, "");
    check_short("any(1, true)", "a collection is needed here", 5, 1, "write its name, such as goods_items");
    check_short(
        "any(good_items, true)",
        "`good_items` is no field of `declaration`",
        5,
        10,
        "did you mean `goods_items`?",
    );
    check_short("sum(goods_items, origin) = 1", "`origin` is text where a number is needed", 18, 6, "");
    check_short(
        "any(goods_items, quantity)",
        "`quantity` is a number, not a condition",
        18,
        8,
        "to ask whether it was declared, write given(quantity)",
    );
}

#[test]
fn formulas_are_numbers() {
    let errors = Formula::compile("kind", &[DECLARATION], &super::Sample, &Limits::default()).unwrap_err();
    assert_eq!(errors[0].message, "`kind` is text where a number is needed");
}

#[test]
fn bounds() {
    let long = format!("true # {}", "x".repeat(4096));
    check_short(
        &long,
        "the source is 4103 bytes long; at most 4096 are read",
        1,
        1,
        "split the rule, or use a named list",
    );
    let deep = |levels: usize| format!("{}true{}", "(".repeat(levels), ")".repeat(levels));
    assert!(compile(&deep(32), &[DECLARATION]).is_ok());
    check_short(&deep(33), "the condition is nested more than 32 deep", 34, 4, "");
    check_short(&format!("{}true", "not ".repeat(33)), "the condition is nested more than 32 deep", 133, 4, "");
    check_short(&format!("{}1 = 1", "- ".repeat(33)), "the condition is nested more than 32 deep", 67, 1, "");
    check_short(&deep(2000), "the condition is nested more than 32 deep", 34, 1, "");
    assert!(compile(&vec!["true"; 499].join(" or "), &[DECLARATION]).is_ok());
    let parts = vec!["true"; 500].join(" or ");
    check_short(&parts, "the condition has more than 500 parts", 1, 3996, "split the rule, or use a named list");
    let three = "any(goods_items, any(goods_items, any(goods_items, true)))".replace("(goods", "(declaration.goods");
    assert!(compile(&three, &[DECLARATION]).is_ok());
    let four = three.replace("true", "any(permits, true)");
    check_short(&four, "`any`, `all`, `count` and `sum` stand more than 3 deep within each other", 88, 18, "");
    let limits = Limits { list_entries: 2, ..Limits::default() };
    let errors = Condition::compile("kind in list(vehicles)", &[DECLARATION], &super::Sample, &limits).unwrap_err();
    assert_eq!(errors[0].message, "the list `vehicles` has 3 entries; at most 2 are taken");
}
