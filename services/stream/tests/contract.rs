//! The contract of a stream, run on every log there is.
//!
//! The embedded log is always tested. Kafka is tested when `THONGQUAN_TEST_KAFKA` names a broker, `host:port`:
//!
//! ```text
//! deploy/dev/servers start kafka && eval "$(deploy/dev/servers env)" && cargo test --release -p stream
//! ```

#[path = "contract/backend.rs"]
mod backend;
#[path = "contract/consuming.rs"]
mod consuming;
#[path = "contract/correspondence.rs"]
mod correspondence;
#[path = "contract/group.rs"]
mod group;
#[path = "contract/halting.rs"]
mod halting;
#[path = "contract/publishing.rs"]
mod publishing;
#[path = "contract/reading.rs"]
mod reading;
#[path = "contract/support.rs"]
mod support;
#[path = "contract/tailing.rs"]
mod tailing;
#[path = "contract/trouble.rs"]
mod trouble;

/// Makes two tests of each case: one on the embedded log, one on Kafka.
macro_rules! contract {
    ($($module:ident :: $case:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::$module::$case(&crate::backend::Backend::embedded().await).await;
            })+
        }
        mod kafka {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(backend) = crate::backend::Backend::kafka(stringify!($case)).await {
                    crate::$module::$case(&backend).await;
                }
            })+
        }
    };
}

contract! {
    publishing::messages_come_out_as_they_went_in_and_in_order,
    publishing::a_key_has_the_same_partition_in_every_log,
    publishing::a_time_is_kept_and_a_missing_one_is_the_clocks,
    publishing::a_large_message_passes_and_a_too_large_one_is_refused,
    publishing::an_unknown_topic_is_named,
    publishing::topics_are_created_once_and_differences_reported,
    publishing::the_identity_is_that_of_the_log,
    publishing::a_topic_that_was_created_again_is_another,
    publishing::a_tail_sees_what_comes_after_it,
    correspondence::each_exchange_hears_the_answers_to_what_it_published,
    correspondence::many_tasks_share_one_correspondence,
    correspondence::what_is_settled_is_waited_for_no_more,
    correspondence::a_topic_that_cannot_be_listened_to_is_named,
    tailing::a_tail_goes_on_where_another_ended,
    tailing::a_position_that_the_log_does_not_have_is_refused,
    tailing::every_listener_hears_all_and_a_slow_one_is_told_what_it_missed,
    consuming::reading_resumes_where_the_positions_say,
    consuming::a_rewound_partition_is_read_again,
    consuming::batches_keep_to_their_bounds,
    consuming::a_partition_that_is_not_taken_from_holds_up_no_other,
    consuming::what_is_published_later_arrives,
    consuming::closing_releases_every_partition,
    halting::a_position_beyond_the_end_halts_and_is_not_reset,
    halting::a_refused_position_halts,
    halting::passing_trouble_with_the_database_is_waited_out,
    halting::lasting_trouble_with_the_database_halts,
}
