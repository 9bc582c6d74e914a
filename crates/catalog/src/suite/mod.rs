//! The definition of the seam: stories that every catalog must tell. Each begins with an empty queue and with sources of its own,
//! so they run one after the other over one catalog, however much is in it already.

mod access;
mod batches;
mod cancel_and_retry;
mod duties;
mod events;
mod fences;
mod leasing;
mod listing;
mod migrated;
mod model;
mod outcomes;
mod rescue;
mod submitting;
mod takedown;
mod uploads;
mod usage;
mod webhooks;
mod world;

pub use migrated::read_migrated_rows;
pub use model::agree_with_model;

use crate::Catalog;
use world::World;

/// Tells every story. A story that comes out wrong panics; its name was said on the standard error before. Nobody else may use the
/// catalog meanwhile.
pub async fn exercise(catalog: &dyn Catalog) {
    macro_rules! tell {
        ($($theme:ident: $($story:ident,)*;)*) => {$($({
            eprintln!("{}: {}", stringify!($theme), stringify!($story).replace('_', " "));
            let world = World::empty_queue(catalog).await;
            Box::pin($theme::$story(world)).await;
        })*)*};
    }
    tell! {
        submitting:
            a_video_becomes_a_job_and_rings,
            the_same_video_submitted_twice_joins_the_first,
            other_work_on_the_same_video_is_another_job,
            work_without_a_dedupe_key_is_never_joined,
            discarded_work_can_be_submitted_anew,
            a_batch_of_a_thousand_with_rubbish_lines_is_accepted_whole,
            a_video_on_two_lines_is_one_job,
            lines_a_batch_has_are_not_added_twice,
            a_video_taken_down_is_refused,
            a_key_has_only_so_many_unfinished_jobs,
            the_same_video_from_many_at_once_is_one_job,
        ;
        leasing:
            without_work_there_is_no_lease,
            a_leased_job_tells_all_a_worker_needs,
            jobs_of_one_key_are_leased_in_their_order,
            urgent_classes_go_first,
            a_worker_gets_only_kinds_it_serves_the_preferred_first,
            a_thousand_jobs_of_one_key_do_not_starve_three_of_another,
            workers_that_ask_at_once_get_different_jobs,
        ;
        fences:
            a_zombie_hears_that_its_lease_is_lost,
            of_a_zombie_and_its_heir_one_result_is_committed,
            an_attempt_ends_once,
            a_fence_that_was_never_given_is_refused,
            of_finishers_at_once_one_succeeds,
            extending_tells_progress_and_keeps_the_lease,
        ;
        outcomes:
            a_result_is_committed_whole,
            a_fetched_video_goes_on_as_labelling,
            failures_are_counted_until_the_job_is_discarded,
            what_never_works_is_discarded_at_once,
            a_long_wait_is_not_due_yet,
            a_host_that_asks_for_patience_gets_it_from_all,
            turns_at_a_host_are_apart,
            a_postponed_job_comes_back_with_its_new_payload,
            a_worker_that_stops_gives_its_job_back,
            every_attempt_is_recorded_with_its_cost,
        ;
        rescue:
            a_lost_job_is_tried_again_at_once,
            a_job_that_kills_its_workers_is_discarded,
            a_lost_job_somebody_cancelled_is_not_tried_again,
            two_rescuers_rescue_each_job_once,
        ;
        cancel_and_retry:
            a_waiting_job_is_cancelled_at_once,
            a_job_that_waits_to_be_tried_again_is_cancelled_at_once,
            the_worker_of_a_cancelled_job_hears_of_it,
            a_result_that_was_ready_is_kept,
            a_cancelled_job_is_not_handed_on,
            an_ended_job_cannot_be_cancelled,
            a_discarded_job_is_tried_again_with_fresh_counts,
            a_retried_job_queues_behind_its_share,
            work_that_was_submitted_again_is_not_retried,
            a_video_taken_down_is_not_retried,
        ;
        batches:
            a_batch_tells_how_far_it_is,
            a_batch_is_finished_once_its_last_job_ended,
            a_retried_job_opens_its_batch_again,
            cancelling_a_batch_spares_what_others_wait_for,
            failed_jobs_of_a_batch_are_tried_again_together,
            work_that_failed_twice_in_a_batch_is_retried_once,
        ;
        listing:
            jobs_are_listed_newest_first_page_by_page,
            jobs_of_a_batch_are_listed_in_any_states,
            jobs_are_found_by_every_part_of_the_filter,
            performances_are_found_by_every_part_of_the_filter,
            sources_are_listed_newest_first,
        ;
        events:
            events_come_in_order_and_a_watcher_goes_on_where_it_was,
            an_event_says_what_happened,
            a_watcher_misses_nothing_while_many_write,
        ;
        access:
            a_key_is_found_by_its_secret_until_revoked,
            a_repeated_request_gets_the_first_answer,
            a_request_that_was_not_done_may_come_again,
            of_equal_requests_at_once_one_is_new,
        ;
        uploads:
            an_upload_grows_until_it_is_complete,
            of_two_that_send_the_same_bytes_one_is_refused,
            an_upload_that_took_too_long_is_forgotten,
        ;
        webhooks:
            the_end_of_a_job_is_sent_to_those_who_asked,
            a_message_is_tried_until_it_is_taken,
            an_endpoint_that_keeps_failing_is_switched_off,
            an_endpoint_goes_with_its_messages,
        ;
        usage:
            usage_is_summed_by_batch_key_and_kind,
            only_attempts_that_began_in_the_time_count,
        ;
        takedown:
            a_takedown_forgets_results_and_files,
            a_takedown_ends_the_jobs,
            a_takedown_reaches_an_uploaded_file,
        ;
        duties:
            two_relays_do_not_take_the_same_bell,
            bells_of_a_dead_relay_are_taken_again,
            the_queue_is_counted_by_kind_and_class,
            workers_are_seen,
            what_is_old_is_forgotten,
            the_schema_is_the_one_the_program_needs,
        ;
    }
}
