"""What each answer leaves in the log: rows for `tests/test_log_completeness.py`."""

# Method, address and answer (as in `access_table.py`), and the actions in their order; `|` between what depends on whose
# page it is (an empty list shows nothing, `-`).
TOLD = """
post account_logout         in   accounts.signed_out | -
post accounts:close_account on   accounts.removed
post accounts:invite_again  on   accounts.invited
post accounts:lock          lock vault.locked | -
post accounts:remove        on   vault.root_made vault.root_made accounts.removed
post accounts:unlock        422  vault.unlock_failed
post accounts:withdraw      on   accounts.invitation_withdrawn
get  cases:access           200  cases.access_viewed
get  cases:amend_note       200  cases.case_opened
post cases:amend_note       422  cases.case_opened
get  cases:case             200  cases.case_opened
get  cases:cases            200  cases.cases_listed | -
post cases:compare          on   cases.names_compared
get  cases:contact          200  cases.case_opened
get  cases:day              200  cases.cases_listed | -
get  cases:desk             200  cases.desk_shown
post cases:download_file    200  cases.file_downloaded
get  cases:emergency        200  cases.emergency_shown
get  cases:file             200  cases.file_opened
get  cases:file_preview     200  cases.file_viewed
get  cases:files            200  cases.files_listed
get  cases:identity         200  cases.case_opened
post cases:identity         422  cases.case_opened
get  cases:incident         200  cases.case_opened
get  cases:intake           200  cases.case_opened
get  cases:intake_task      200  cases.case_opened
post cases:intake_task      422  cases.case_opened
post cases:need_step        on   cases.need_met
get  cases:part             200  cases.case_opened
post cases:part             422  cases.case_opened
get  cases:people           200  cases.case_opened
get  cases:person           200  cases.case_opened
post cases:person           on   cases.case_opened
post cases:print_file       200  cases.file_printed
get  cases:reveal_contact   200  cases.case_opened | -
post cases:reveal_contact   422  cases.case_opened | -
get  cases:risk             200  cases.case_opened
post cases:risk             422  cases.case_opened
get  cases:take_file_away   200  cases.file_opened
post cases:take_file_away   422  cases.file_opened
get  cases:unit             200  cases.cases_listed
get  referrals:begin        200  cases.cases_listed | -
get  referrals:consent      200  cases.case_opened
get  referrals:consents     200  cases.case_opened
get  referrals:inbox        200  referrals.referrals_listed | -
get  referrals:new          200  cases.case_opened
get  referrals:referral     200  referrals.envelope_opened | referrals.agreed_opened
post referrals:withdraw     on   cases.consent_withdrawn
get  review:dashboard       200  review.dashboard_viewed
get  review:entry           200  log.entry_viewed
get  review:findings        200  review.queue_viewed
get  review:glass_queue     200  review.queue_viewed
get  review:holds           200  log.holds_viewed
post review:holds           422  log.holds_viewed
get  review:hours           200  log.hours_viewed
get  review:incidents       200  review.incidents_viewed
get  review:item            200  review.item_viewed
get  review:log             200  log.viewed
post review:log             200  log.viewed
get  review:month           200  review.sign_off_viewed
get  review:of_auditors     200  review.queue_viewed
get  review:proof           200  log.proof_viewed
post review:proof           422  log.proof_viewed
get  review:question        200  review.question_viewed
post review:question        422  review.question_viewed
get  review:questions       200  review.questions_viewed
get  review:rules           200  log.rules_viewed
get  review:sample_queue    200  review.queue_viewed
get  review:signal_queue    200  review.queue_viewed
"""

# Pages that show nothing of anybody who is helped: empty forms, questions before a step, one's own account, the staff,
# the directory, and what everybody may read.
SILENT = """
get  accessibility
get  account_login
post account_login
get  account_reauthenticate
post account_reauthenticate
get  accounts:account
post accounts:account
get  accounts:administration
post accounts:administration
get  accounts:admit
get  accounts:change_role
get  accounts:close_account
get  accounts:enrol
get  accounts:invite
get  accounts:kept
post accounts:kept
get  accounts:lock
get  accounts:lost_passphrase
get  accounts:member
post accounts:member
get  accounts:new_organisation
get  accounts:new_way_in
get  accounts:own_words
post accounts:own_words
post accounts:passkey_question
get  accounts:remove
get  accounts:second_factor_image
post accounts:second_factor_image
get  accounts:standing
get  accounts:team
post accounts:team
get  accounts:waiting
post accounts:waiting
get  cases:access_list
get  cases:new_case
get  cases:new_emergency
get  cases:new_files
get  cases:new_incident
get  cases:new_need
get  cases:new_note
get  cases:new_person
get  cases:reveal_files
get  cases:reveal_identity
get  cases:reveal_story
get  cases:search
get  cases:step
get  cases:unassigned
get  components
get  help
get  jobs:dead
get  mfa_authenticate
post mfa_authenticate
get  offline
get  privacy
get  referrals:agreement_step
get  referrals:connect
get  referrals:directory
get  referrals:message
post referrals:new
get  referrals:new_agreement
get  referrals:new_consent
post referrals:new_consent
get  referrals:of_case
get  referrals:panel
get  referrals:sheet
get  referrals:step
get  referrals:withdraw
get  review:item_step
"""
