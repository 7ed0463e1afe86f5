//! An allocator that counts: how many bytes are held now, and how many were held at most.
#![expect(unsafe_code, reason = "an allocator is unsafe by its contract; it only passes on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: both methods pass their arguments on to the system's allocator unchanged, and give what it gives.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the pointer came from `alloc` above, with the same layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes that are held now.
pub fn held() -> usize {
    HELD.load(Relaxed)
}

/// The most bytes that a piece of work holds at once beyond what was held before it.
pub fn most_during(work: impl FnOnce()) -> usize {
    let before = held();
    MOST.store(before, Relaxed);
    work();
    MOST.load(Relaxed).saturating_sub(before)
}
