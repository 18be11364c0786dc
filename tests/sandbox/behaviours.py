"""What GitHub does beside what its schemas describe, and the tests that hold the sandbox to it.

Nothing here is decided by a schema: statuses and words of refusals, which deliveries follow which change, and what
happens on the way. ``test_behaviours`` holds that every line has its tests; those that fit no other module stand in
``test_everywhere``, ``test_refusals`` and ``test_emission``.
"""

from typing import Final

EVERYWHERE: Final = {
    "errors are JSON with message, documentation_url and status": ("test_everywhere::test_errors_have_one_form",),
    "a 422 lists what is wrong, by field and code, in plain words, or not at all": (
        "test_everywhere::test_a_validation_names_resource_field_and_code",
        "test_rest_conversation::test_labels_come_and_go_with_one_webhook_each",
        "test_rest_git::test_a_bad_ref_is_refused_without_a_list_of_errors",
        "test_rest_conversation::test_nobody_approves_the_own_pull_request",
    ),
    "every answer carries rate limit, request id, version and, where it holds, permissions and etag": (
        "test_everywhere::test_every_answer_carries_its_headers",
        "test_rest_repository::test_every_answer_names_the_limit_and_itself",
    ),
    "lists are paged by link, deliveries by cursor": (
        "test_rest_repository::test_pages_link_to_each_other",
        "test_webhooks::test_deliveries_are_paged_by_cursor_and_kept_three_days",
    ),
    "two versions of the API are known, others are refused": (
        "test_everywhere::test_two_versions_of_the_api_are_known",
        "test_rest_pulls::test_the_newer_api_version_leaves_the_merge_commit_out",
        "actions.test_rest::test_a_dispatch_answers_nothing_or_the_run",
    ),
}

REFUSALS: Final = {
    "a bad or expired token or JWT is 401": (
        "test_authentication::test_unknown_credentials_are_bad",
        "test_authentication::test_a_jwt_out_of_its_time_is_refused",
        "test_authentication::test_a_token_is_long_opaque_and_good_for_an_hour",
    ),
    "a permission that is missing is 403 with the permissions that would do": (
        "test_permissions::test_a_route_is_closed_without_its_permissions",
        "actions.test_rest::test_each_route_needs_its_permission",
        "graph.test_queries::test_a_query_needs_what_its_rest_twin_needs",
        "graph.test_mutations::test_a_mutation_needs_what_its_rest_twin_needs",
    ),
    "a repository that is private or outside the installation is 404": (
        "test_permissions::test_a_strange_repository_does_not_exist",
        "test_authentication::test_a_narrowed_token_reaches_its_repository_alone",
    ),
    "a release or ref that touches workflow files needs their permission": (
        "test_permissions::test_other_workflow_files_need_a_permission_of_their_own",
    ),
    "a token cannot have more than was granted; suspended is 403, unknown is 404": (
        "test_authentication::test_a_token_can_be_narrowed_but_not_widened",
        "test_authentication::test_a_suspended_installation_gets_nothing",
        "test_refusals::test_a_token_for_an_unknown_installation_is_not_found",
    ),
    "a ref that exists, points nowhere or is no fast-forward is 422": (
        "test_rest_git::test_a_bad_ref_is_refused_without_a_list_of_errors",
        "test_rest_git::test_a_branch_moves_forward_or_by_force",
    ),
    "deleting a ref that is not there is 422": ("test_rest_git::test_refs_match_by_prefix_and_vanish",),
    "a commit on a branch that has moved is 200 with STALE_DATA": (
        "graph.test_mutations::test_a_commit_on_a_branch_is_signed_and_bound_to_its_head",
    ),
    "other errors of GraphQL are 200 with a type": (
        "graph.test_queries::test_what_is_not_there_is_not_found",
        "graph.test_queries::test_a_query_needs_what_its_rest_twin_needs",
        "graph.test_mutations::test_refs_move_only_from_where_they_are_expected",
        "graph.test_queries::test_an_exhausted_limit_is_said_with_http_200",
    ),
    "a pull request that is there already, is empty or names no branch is 422": (
        "test_rest_pulls::test_what_cannot_become_a_pull_request_is_refused_as_github_does",
    ),
    "a merge is 405 in two ways, 409 for another head, 403 without permission": (
        "test_rest_pulls::test_what_cannot_be_merged_is_405",
        "test_refusals::test_a_merge_too_soon_after_another_passes_later",
        "test_rest_pulls::test_a_merge_is_bound_to_the_head_that_was_looked_at",
        "test_permissions::test_merging_needs_contents_and_nothing_else",
    ),
    "writing a file over another one than was read is 409": (
        "test_rest_git::test_writing_a_file_asks_for_the_blob_that_is_there",
    ),
    "a release that is there already, immutable, of a burnt tag, or against a rule is 422": (
        "test_rest_releases::test_several_drafts_may_share_a_tag_but_one_release_has_it",
        "test_rest_releases::test_an_immutable_release_holds_its_tag_and_files",
        "test_rules::test_the_tag_of_an_immutable_release_stays_and_is_never_free_again",
        "test_rules::test_a_release_without_its_tag_is_refused_with_two_reasons",
    ),
    "a ref that a ruleset keeps from being made, moved or deleted is 422, a merge 405": (
        "test_rules::test_a_tag_ruleset_keeps_tags_from_being_made_moved_and_deleted",
        "test_rules::test_rules_hold_for_the_refs_they_name",
        "test_rules::test_whoever_may_bypass_a_ruleset_does",
        "test_rules::test_over_graphql_a_rule_keeps_all_of_an_update_from_happening",
        "test_rules::test_a_branch_ruleset_holds_for_pushes_by_force_and_for_merges",
    ),
    "nothing is merged or pushed past a merge queue, and nothing without a check that is required": (
        "test_queue::test_nothing_is_merged_or_pushed_past_the_queue",
        "test_queue::test_a_check_that_is_required_is_expected_before_a_merge",
        "test_queue::test_over_graphql_a_pull_request_is_queued_with_its_head",
    ),
    "a reaction is 201 once and 200 again": ("test_rest_conversation::test_a_reaction_counts_once",),
    "a label that is there already is 422": ("test_rest_conversation::test_labels_come_and_go_with_one_webhook_each",),
    "an environment's policy that is there already is 303, without custom policies 404": (
        "actions.test_rest::test_environments_are_set_up",
    ),
    "a decision about a gate is 204, and 404 or 422 when it does not wait for us": (
        "actions.test_gates::test_the_app_opens_its_gate",
        "actions.test_gates::test_decisions_that_meet_no_open_gate",
        "actions.test_gates::test_an_app_without_a_rule_decides_nothing",
        "test_refusals::test_a_gate_that_does_not_wait_is_404_or_422_by_a_switch",
    ),
    "an App is no possible reviewer, and cannot review as one": (
        "actions.test_rest::test_environments_that_cannot_be",
        "test_refusals::test_an_app_cannot_review_a_deployment",
    ),
    "a log is a redirect to another host, good for a minute": ("actions.test_rest::test_logs_are_lent_for_a_minute",),
    "cancelling a run that is over is 409": ("actions.test_rest::test_jobs_and_attempts",),
    "what was just made may not show yet, and mergeable is null first": (
        "test_faults::test_a_new_branch_and_pull_request_can_be_invisible",
        "test_faults::test_a_stale_read_does_not_see_the_last_change",
        "test_rest_pulls::test_mergeability_can_take_its_time",
    ),
    "rate limits are 403 or 429 with retry-after, and 200 in GraphQL": (
        "test_faults::test_a_secondary_limit_says_how_long",
        "test_refusals::test_asking_too_fast_is_refused_for_a_minute",
        "test_refusals::test_changing_too_much_is_refused",
        "test_rest_repository::test_the_hourly_limit_is_one",
        "graph.test_queries::test_an_exhausted_limit_is_said_with_http_200",
    ),
}

DELIVERIES: Final = {
    "we hear of our own doing, as slug[bot], with the installation": (
        "test_webhooks::test_we_hear_of_our_own_doing",
        "test_webhooks::test_every_delivery_names_repository_organization_installation_and_sender",
    ),
    "a new branch: create, push from forty zeros, check_suite": (
        "test_webhooks::test_a_new_branch_is_created_and_pushed",
    ),
    "a branch with a pull request moves: push, check_suite, synchronize": (
        "test_rest_pulls::test_the_pull_request_follows_its_branch",
        "test_emission::test_a_forced_push_says_so",
    ),
    "a pull request is opened and labelled: opened, labeled for each": (
        "test_emission::test_opening_a_pull_request_and_labelling_it",
    ),
    "a comment is made, edited, reacted to: created, edited, nothing": (
        "test_emission::test_a_comment_is_made_edited_and_reacted_to",
    ),
    "a merge: closed, push, check_suite; its branch goes: delete, push": (
        "test_webhooks::test_a_merge_closes_pushes_and_deletes",
    ),
    "a tag: create, push whose after is the tag object": (
        "test_webhooks::test_a_pushed_tag_names_the_tag_object_and_its_commit",
    ),
    "a release: created as a draft, published and released later, edited; all at once when published directly": (
        "test_rest_releases::test_publishing_directly_says_created_published_released",
        "test_rest_releases::test_a_draft_is_hidden_until_published",
        "test_rest_releases::test_a_prerelease_from_a_draft_is_only_published",
        "test_emission::test_editing_a_release_is_told",
    ),
    "a run: requested, its jobs, the gate, its end": (
        "actions.test_starting::test_a_published_release_starts_the_workflow_of_the_tagged_commit",
        "actions.test_lifecycle::test_a_pushed_tag_is_built_and_published",
        "actions.test_lifecycle::test_a_gated_job_waits_and_its_app_is_asked",
        "actions.test_lifecycle::test_reviewers_are_asked_beside_the_app",
        "test_emission::test_an_opened_gate_lets_the_run_go_on_to_its_end",
        "test_emission::test_checks_of_a_run_reach_whoever_may_read_checks",
    ),
    "a gate that is shut, or waits for thirty days, fails job and run": (
        "actions.test_gates::test_the_app_keeps_its_gate_shut",
        "actions.test_gates::test_a_gate_closes_after_thirty_days",
        "test_emission::test_a_rejected_gate_ends_job_and_run",
    ),
    "running failed jobs again keeps the run, counts the attempt, asks the gate again": (
        "actions.test_lifecycle::test_running_failed_jobs_again_keeps_what_succeeded",
        "actions.test_gates::test_a_gate_is_asked_again_for_each_attempt",
    ),
    "a merge queue: enqueued, merge_group on a branch of its own, dequeued; the base moves to exactly that commit": (
        "test_queue::test_a_group_waits_for_its_checks_and_the_base_moves_to_exactly_it",
        "test_queue::test_what_stands_behind_is_tested_on_top_and_anew_when_what_is_before_it_fails",
        "test_queue::test_another_head_or_a_person_takes_it_out_of_the_queue",
    ),
    "our checks: created and completed for everybody, buttons for us alone": (
        "test_emission::test_checks_are_told_to_every_app",
        "test_rest_checks::test_a_button_reaches_its_app_with_the_human_as_sender",
        "test_webhooks::test_a_second_app_hears_the_same_but_not_what_concerns_the_first",
    ),
}

ON_THE_WAY: Final = {
    "deliveries are dropped, doubled under one GUID, turned around, late": (
        "test_deliverer::test_deliveries_drop_double_turn_around_and_come_late",
    ),
    "a redelivery keeps the GUID and says that it is one": ("test_webhooks::test_a_redelivery_keeps_guid_and_bytes",),
    "a receiver has ten seconds": (
        "test_deliverer::test_a_slow_receiver_times_out",
        "test_emission::test_a_receiver_has_ten_seconds",
    ),
    "the signature is over the raw body": ("test_deliverer::test_a_delivery_is_signed_over_its_bytes",),
    "a payload of more than 25 MB is not delivered": ("test_emission::test_a_huge_payload_is_not_delivered",),
    "more than three tags at once are told to nobody": (
        "test_emission::test_more_than_three_tags_at_once_are_told_to_nobody",
        "test_emission::test_refs_updated_together_count_as_one_push",
    ),
    "nobody hears that a repository was deleted": ("test_emission::test_nobody_hears_that_a_repository_was_deleted",),
    "deliveries are kept for three days": ("test_webhooks::test_deliveries_are_paged_by_cursor_and_kept_three_days",),
    "what a workflow did with its own token, and drafts, start nothing": (
        "actions.test_starting::test_what_a_workflow_did_itself_starts_nothing",
        "actions.test_starting::test_a_draft_starts_nothing_until_it_is_published",
    ),
    "an environment nobody made appears without protection": (
        "actions.test_gates::test_a_missing_environment_appears_without_protection",
    ),
    "policies of an environment are matched against refs/tags": (
        "actions.test_gates::test_policies_are_matched_against_the_tag",
    ),
    "an execution policy that does not allow actor or event fails the run": (
        "test_emission::test_a_run_that_a_policy_forbids_fails_without_jobs",
    ),
    "tokens are long and have two dots": ("test_authentication::test_a_token_is_long_opaque_and_good_for_an_hour",),
    "the actor of a run that we started is our bot": (
        "actions.test_starting::test_a_release_of_the_app_runs_in_the_name_of_its_bot",
    ),
    "a ruleset says of whoever asks alone whether they get past it": (
        "test_rules::test_rulesets_are_told_to_whoever_may_read",
        "test_rules::test_a_ruleset_says_whether_whoever_asks_gets_past_it",
    ),
}

BEHAVIOURS: Final = {**EVERYWHERE, **REFUSALS, **DELIVERIES, **ON_THE_WAY}
