//! What tells a topic from another that was created under its name later.
//!
//! Kafka gives each topic an identifier when it is created. The Rust binding has no word for it, so the C library is
//! asked; this is the only place in the product that does so.
#![expect(unsafe_code, reason = "the binding does not offer the identifiers of topics; the C library does")]

use std::ffi::{CStr, CString};
use std::time::Duration;

use rdkafka::bindings as c;
use rdkafka::client::{Client, ClientContext};

/// The identifier of a topic; `None` when the brokers do not tell it (before version 2.8), or do not answer in time.
pub(super) fn topic_identity<C: ClientContext>(client: &Client<C>, topic: &str, timeout: Duration) -> Option<String> {
    let name = CString::new(topic).ok()?;
    let timeout_ms = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    let mut names = [name.as_ptr()];
    // SAFETY: the client outlives this function, and with it the handle. Every object that is made here is checked
    // before its use and destroyed once, after the last pointer into it. `names` and `name` outlive the collection,
    // which copies them.
    unsafe {
        let handle = client.native_ptr();
        let options =
            Owned::new(c::rd_kafka_AdminOptions_new(handle, DESCRIBE_TOPICS), c::rd_kafka_AdminOptions_destroy)?;
        let mut reason = [0; 256];
        c::rd_kafka_AdminOptions_set_request_timeout(options.pointer, timeout_ms, reason.as_mut_ptr(), reason.len());
        let topics = Owned::new(
            c::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len()),
            c::rd_kafka_TopicCollection_destroy,
        )?;
        let queue = Owned::new(c::rd_kafka_queue_new(handle), c::rd_kafka_queue_destroy)?;
        c::rd_kafka_DescribeTopics(handle, topics.pointer, options.pointer, queue.pointer);
        let event = Owned::new(c::rd_kafka_queue_poll(queue.pointer, timeout_ms), c::rd_kafka_event_destroy)?;
        let result = c::rd_kafka_event_DescribeTopics_result(event.pointer);
        if result.is_null() {
            return None;
        }
        let mut count = 0;
        let described = c::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        if described.is_null() || count != 1 {
            return None;
        }
        let id = c::rd_kafka_TopicDescription_topic_id(*described);
        if id.is_null()
            || (c::rd_kafka_Uuid_most_significant_bits(id), c::rd_kafka_Uuid_least_significant_bits(id)) == (0, 0)
        {
            return None;
        }
        let text = c::rd_kafka_Uuid_base64str(id);
        (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
    }
}

const DESCRIBE_TOPICS: c::rd_kafka_admin_op_t = c::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;

/// An object of the C library that is destroyed when it goes out of scope.
struct Owned<T> {
    pointer: *mut T,
    destroy: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    /// Takes an object over; `None` when the library made none.
    fn new(pointer: *mut T, destroy: unsafe extern "C" fn(*mut T)) -> Option<Self> {
        (!pointer.is_null()).then_some(Self { pointer, destroy })
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer is not null, was made by the library for this owner alone, and is destroyed here once.
        unsafe { (self.destroy)(self.pointer) }
    }
}
