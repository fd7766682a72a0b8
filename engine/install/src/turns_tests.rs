use super::*;
use ordain_addr::ProviderAddr;

#[test]
fn what_is_told_has_the_order_of_the_work() {
    let said = Mutex::new(Vec::new());
    let watch = |_: &Platform, event: Event| match event {
        Event::Present(_, text) => said.lock().unwrap().push(text),
        Event::Transfer(_) => said.lock().unwrap().push("…".to_owned()),
        _ => {}
    };
    let turns = Turns::new(3, &watch);
    let tell = |at: usize, text: &str| {
        let address = ProviderAddr::default_for("a");
        turns.tell(at, &Platform::current(), Event::Present(address, text.to_owned()));
    };
    let far = crate::Transfer { name: String::new(), have: 1, total: None, over: false };
    tell(2, "2a");
    tell(0, "0a");
    turns.tell(1, &Platform::current(), Event::Transfer(far));
    turns.over(2);
    tell(1, "1a");
    tell(0, "0b");
    turns.over(0);
    tell(1, "1b");
    turns.over(1);
    assert_eq!(*said.lock().unwrap(), ["0a", "…", "0b", "1a", "1b", "2a"]);
}
