//! Names of one text that read the same are kept once, as far as that is cheap.

/// The names met last, each at the place that its letters lead to. Another name at the same place takes it over:
/// what is forgotten is only kept twice in memory.
pub(super) struct Names<T> {
    places: Vec<Option<T>>,
    count: usize,
}

impl<T: Clone + AsRef<str> + for<'n> From<&'n str>> Names<T> {
    /// For a text of so many bytes.
    pub(super) fn new(length: usize) -> Self {
        Self { places: Vec::new(), count: (length / 64).next_power_of_two().clamp(8, 4096) }
    }

    /// The one text that reads like this.
    pub(super) fn shared(&mut self, text: &str) -> T {
        if self.places.is_empty() {
            self.places.resize(self.count, None);
        }
        let at = hash(text.as_bytes()) as usize & (self.count - 1);
        match self.places.get_mut(at) {
            Some(Some(known)) if known.as_ref() == text => known.clone(),
            Some(place) => place.insert(text.into()).clone(),
            None => text.into(),
        }
    }
}

/// Eight bytes at a time: names are short.
fn hash(bytes: &[u8]) -> u64 {
    let add = |state: u64, word: u64| (state.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (words, rest) = bytes.as_chunks::<8>();
    let state = words.iter().fold(0, |state, word| add(state, u64::from_le_bytes(*word)));
    let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let state = add(state, last);
    // The upper bits depend on all letters, the lower ones on the first.
    state ^ state >> 32
}
