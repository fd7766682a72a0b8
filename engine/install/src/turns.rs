//! What is told of work that runs side by side, in the order that the work was given.

use std::sync::{Mutex, PoisonError};

use crate::collect::WatchSystems;
use crate::{Event, Platform};

/// What is told of several pieces of work: of the first that is not over at once, of those behind it later. How far
/// downloads are is told at once in any case.
pub(crate) struct Turns<'w> {
    watch: WatchSystems<'w>,
    state: Mutex<State>,
}

struct State {
    /// Whose turn it is.
    now: usize,
    pieces: Vec<Piece>,
}

#[derive(Clone, Default)]
struct Piece {
    held: Vec<(Platform, Event)>,
    over: bool,
}

impl<'w> Turns<'w> {
    pub(crate) fn new(pieces: usize, watch: WatchSystems<'w>) -> Self {
        let pieces = vec![Piece::default(); pieces];
        Turns { watch, state: Mutex::new(State { now: 0, pieces }) }
    }

    pub(crate) fn tell(&self, at: usize, platform: &Platform, event: Event) {
        if matches!(event, Event::Transfer(_)) {
            return (self.watch)(platform, event);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if at == state.now {
            (self.watch)(platform, event);
        } else if let Some(piece) = state.pieces.get_mut(at) {
            piece.held.push((platform.clone(), event));
        }
    }

    /// Nothing more will be told of this piece.
    pub(crate) fn over(&self, at: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(piece) = state.pieces.get_mut(at) {
            piece.over = true;
        }
        while state.pieces.get(state.now).is_some_and(|piece| piece.over) {
            state.now += 1;
            let now = state.now;
            let held = state.pieces.get_mut(now).map(|piece| std::mem::take(&mut piece.held));
            for (platform, event) in held.into_iter().flatten() {
                (self.watch)(&platform, event);
            }
        }
    }
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
