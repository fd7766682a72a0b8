//! The little of XML that reports need.

/// An element that holds a text, with a message as attribute.
pub fn element(name: &str, message: Option<&str>, text: &str) -> String {
    let message = message.map(|message| format!(" message={}", attribute(message))).unwrap_or_default();
    // The end of such a section cannot stand inside it.
    let text = text.replace("]]>", "]]]]><![CDATA[>");
    let text: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    format!("      <{name}{message}><![CDATA[{text}]]></{name}>\n")
}

/// A text as the value of an attribute, quotes included.
pub fn attribute(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\n' | '\t' | '\r' => out.push_str(&format!("&#{};", u32::from(c))),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
