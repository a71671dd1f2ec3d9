# sources.mk - every source file, by folder. Nothing is found by searching, so
# that a file left out or left behind is noticed: tests/tidy compares this
# with the tree. One file a line, sorted; ends with the empty line of a list.

# proto/base: the bottom, libc only.
BASE_SRCS := \
	proto/base/arena.c \
	proto/base/buf.c \
	proto/base/ds.c \
	proto/base/errors.c \
	proto/base/log.c \
	proto/base/mem.c \
	proto/base/panic.c \
	proto/base/paths.c \
	proto/base/prng.c \
	proto/base/sm.c \
	proto/base/utf8.c \

# proto: what two ends of a wire agree on.
PROTO_SRCS := \
	proto/civil.c \
	proto/codec.c \
	proto/codeccheck.c \
	proto/codecrandom.c \
	proto/entry.c \
	proto/entryform.c \
	proto/entryplain.c \
	proto/entryshow.c \
	proto/entryvalue.c \
	proto/frame.c \
	proto/mp.c \
	proto/mpcheck.c \
	proto/rpcmsg.c \
	proto/schema.c \
	proto/ulid.c \

# proto/crypto: the one room with libsodium in it.
CRYPTO_SRCS := \
	proto/crypto/block.c \
	proto/crypto/entropy.c \
	proto/crypto/forkside.c \
	proto/crypto/kdf.c \
	proto/crypto/keys.c \
	proto/crypto/noise.c \
	proto/crypto/pake.c \
	proto/crypto/password.c \
	proto/crypto/run.c \
	proto/crypto/seal.c \
	proto/crypto/words.c \

# crdt: pure merging.
CRDT_SRCS := \
	crdt/digest.c \
	crdt/hlc.c \
	crdt/keyset.c \
	crdt/life.c \
	crdt/list.c \
	crdt/listdiff.c \
	crdt/merge.c \
	crdt/orset.c \
	crdt/register.c \
	crdt/sort.c \
	crdt/text/columns.c \
	crdt/text/diffcompare.c \
	crdt/text/difftokens.c \
	crdt/text/graph.c \
	crdt/text/graphwalk.c \
	crdt/text/oplog.c \
	crdt/text/optape.c \
	crdt/text/replay.c \
	crdt/text/rope.c \
	crdt/text/squeeze.c \
	crdt/text/text.c \
	crdt/text/textcursor.c \
	crdt/text/textdiff.c \
	crdt/text/textmem.c \
	crdt/text/textpast.c \
	crdt/text/textplan.c \
	crdt/text/textundo.c \
	crdt/text/textwire.c \
	crdt/text/track.c \
	crdt/text/trackplace.c \
	crdt/text/walker.c \
	crdt/unknown.c \
	crdt/version.c \

# daemon/store: the one room with SQLite in it.
STORE_SRCS := \
	daemon/store/blocks.c \
	daemon/store/migrate.c \
	daemon/store/place.c \
	daemon/store/query.c \
	daemon/store/records.c \
	daemon/store/sqlmem.c \
	daemon/store/store.c \
	daemon/store/walfile.c \
	daemon/store/waljoin.c \

# daemon/core: the blind side.
CORE_SRCS := \
	daemon/core/branch.c \
	daemon/core/causal.c \
	daemon/core/chain.c \
	daemon/core/channel.c \
	daemon/core/claims.c \
	daemon/core/engine.c \
	daemon/core/event.c \
	daemon/core/forks.c \
	daemon/core/greet.c \
	daemon/core/guard.c \
	daemon/core/ledger.c \
	daemon/core/lacking.c \
	daemon/core/links.c \
	daemon/core/moves.c \
	daemon/core/pairing.c \
	daemon/core/pairing_admit.c \
	daemon/core/pairing_hello.c \
	daemon/core/pairing_start.c \
	daemon/core/peer.c \
	daemon/core/plan.c \
	daemon/core/refusals.c \
	daemon/core/roster.c \
	daemon/core/roster_ask.c \
	daemon/core/roster_forks.c \
	daemon/core/roster_read.c \
	daemon/core/roster_rules.c \
	daemon/core/seek.c \
	daemon/core/sync.c \

# daemon/vault: the side that reads.
VAULT_SRCS := \
	daemon/vault/absorb.c \
	daemon/vault/capture.c \
	daemon/vault/change.c \
	daemon/vault/control.c \
	daemon/vault/cut.c \
	daemon/vault/drafts.c \
	daemon/vault/gather.c \
	daemon/vault/history.c \
	daemon/vault/insight.c \
	daemon/vault/insightfacts.c \
	daemon/vault/insightgoals.c \
	daemon/vault/insightlines.c \
	daemon/vault/insightreview.c \
	daemon/vault/insighttake.c \
	daemon/vault/insighttrends.c \
	daemon/vault/job.c \
	daemon/vault/journal.c \
	daemon/vault/keyfile.c \
	daemon/vault/keyring.c \
	daemon/vault/listing.c \
	daemon/vault/logbook.c \
	daemon/vault/names.c \
	daemon/vault/read.c \
	daemon/vault/segments.c \
	daemon/vault/settings.c \
	daemon/vault/slots.c \
	daemon/vault/undo.c \
	daemon/vault/vault.c \
	daemon/vault/view.c \
	daemon/vault/vocabulary.c \
	daemon/vault/wordscan.c \
	daemon/vault/wordsearch.c \
	daemon/vault/wordtext.c \
	daemon/vault/write.c \

# daemon/rpc: what clients ask for.
RPC_SRCS := \
	daemon/rpc/dispatch.c \
	daemon/rpc/do_devices.c \
	daemon/rpc/do_doctor.c \
	daemon/rpc/do_drafts.c \
	daemon/rpc/do_insight.c \
	daemon/rpc/do_journal.c \
	daemon/rpc/do_look.c \
	daemon/rpc/do_pair.c \
	daemon/rpc/do_settings.c \
	daemon/rpc/do_state.c \
	daemon/rpc/event_out.c \
	daemon/rpc/host.c \
	daemon/rpc/insightput.c \
	daemon/rpc/later.c \
	daemon/rpc/reply.c \
	daemon/rpc/session.c \

# daemon/io: the one room with libuv in it.
IO_SRCS := \
	daemon/io/clients.c \
	daemon/io/conn.c \
	daemon/io/logind.c \
	daemon/io/loop.c \
	daemon/io/notify.c \
	daemon/io/origin.c \
	daemon/io/tcp.c \
	daemon/io/work.c \

# daemon/*.c: configuration and wiring, with the daemon's main().
DAEMON_SRCS := \
	daemon/config.c \
	daemon/config_write.c \
	daemon/harden.c \
	daemon/keptd.c \
	daemon/manual.c \
	daemon/node.c \
	daemon/node_effects.c \
	daemon/node_events.c \
	daemon/node_instance.c \
	daemon/node_listen.c \
	daemon/node_pair.c \
	daemon/node_settings.c \
	daemon/node_store.c \
	daemon/node_turn.c \
	daemon/statefile.c \

# cli: the command people type.
CLI_SRCS := \
	cli/aims.c \
	cli/ask.c \
	cli/askanswer.c \
	cli/askkey.c \
	cli/asksecret.c \
	cli/breath.c \
	cli/chart.c \
	cli/cli.c \
	cli/client.c \
	cli/cmd_activity.c \
	cli/cmd_boundary.c \
	cli/cmd_breathe.c \
	cli/cmd_change.c \
	cli/cmd_config.c \
	cli/cmd_devices.c \
	cli/cmd_drafts.c \
	cli/cmd_edit.c \
	cli/cmd_experiment.c \
	cli/cmd_export.c \
	cli/cmd_goal.c \
	cli/cmd_help_now.c \
	cli/cmd_homework.c \
	cli/cmd_import.c \
	cli/cmd_init.c \
	cli/cmd_insight.c \
	cli/cmd_look.c \
	cli/cmd_measure.c \
	cli/cmd_pair.c \
	cli/cmd_patterns.c \
	cli/cmd_plan.c \
	cli/cmd_programs.c \
	cli/cmd_remind.c \
	cli/cmd_review.c \
	cli/cmd_session.c \
	cli/cmd_state.c \
	cli/cmd_thought.c \
	cli/cmd_write.c \
	cli/command.c \
	cli/complete.c \
	cli/dates.c \
	cli/devicetext.c \
	cli/draftlist.c \
	cli/editor.c \
	cli/editsave.c \
	cli/entrytext.c \
	cli/exportfile.c \
	cli/goaltext.c \
	cli/goalwords.c \
	cli/guide.c \
	cli/guideasks.c \
	cli/guided.c \
	cli/help.c \
	cli/i18n.c \
	cli/jsonform.c \
	cli/jsoninput.c \
	cli/keep.c \
	cli/kept.c \
	cli/look.c \
	cli/measure.c \
	cli/measureask.c \
	cli/meeting.c \
	cli/meetings.c \
	cli/openlist.c \
	cli/options.c \
	cli/ownconfig.c \
	cli/page/pagecut.c \
	cli/pageform.c \
	cli/patterns.c \
	cli/pick.c \
	cli/planfile.c \
	cli/qr.c \
	cli/region.c \
	cli/render.c \
	cli/renderentry.c \
	cli/rendergist.c \
	cli/renderlog.c \
	cli/reviewfile.c \
	cli/reviewhtml.c \
	cli/reviewmore.c \
	cli/reviewtext.c \
	cli/screen.c \
	cli/sessionfile.c \
	cli/thought.c \
	cli/ticks.c \
	cli/todaytext.c \
	cli/told.c \
	cli/topics.c \
	cli/trendparts.c \
	cli/trendsay.c \
	cli/trendtext.c \
	cli/verbs.c \
	cli/weigh.c \
	cli/when.c \
	cli/workfile.c \
	cli/writing.c \

# Languages of packaging/po, by the names of their catalogs.
LANGUAGES := \
	de \

# cli/page: kept-page, a program of its own with cairo and Pango in it.
PAGE_SRCS := \
	cli/page/keptpage.c \
	cli/page/pagedraw.c \

# Tests. In the folders below test_*.c, fuzz_*.c and bench_*.c are programs;
# any other file of the folder is linked into each of its programs.
TEST_LIB_SRCS := \
	tests/lib/author.c \
	tests/lib/box.c \
	tests/lib/cable.c \
	tests/lib/harness.c \
	tests/lib/rig.c \
	tests/lib/sample.c \
	tests/lib/scene.c \
	tests/lib/textoracle.c \
	tests/lib/texttrace.c \
	tests/lib/wire.c \
	tests/lib/wire_ask.c \
	tests/lib/wire_scene.c \
	tests/lib/writers.c \
	tests/sim/disk.c \
	tests/sim/platter.c \

UNIT_SRCS := \
	tests/unit/test_arena.c \
	tests/unit/test_answer.c \
	tests/unit/test_ask.c \
	tests/unit/test_bad_blocks.c \
	tests/unit/test_bad_wire.c \
	tests/unit/test_block.c \
	tests/unit/test_branches.c \
	tests/unit/test_breath.c \
	tests/unit/test_buf.c \
	tests/unit/test_bytes.c \
	tests/unit/test_chain.c \
	tests/unit/test_chart.c \
	tests/unit/test_civil.c \
	tests/unit/test_client.c \
	tests/unit/test_codec.c \
	tests/unit/test_columns.c \
	tests/unit/test_command.c \
	tests/unit/test_config.c \
	tests/unit/test_damage.c \
	tests/unit/test_dates.c \
	tests/unit/test_devicetext.c \
	tests/unit/test_digest.c \
	tests/unit/test_disk.c \
	tests/unit/test_draftlist.c \
	tests/unit/test_drafts.c \
	tests/unit/test_ds.c \
	tests/unit/test_engine.c \
	tests/unit/test_entropy.c \
	tests/unit/test_entryform.c \
	tests/unit/test_entrytext.c \
	tests/unit/test_errors.c \
	tests/unit/test_event.c \
	tests/unit/test_exportfile.c \
	tests/unit/test_forgers.c \
	tests/unit/test_forks.c \
	tests/unit/test_forkside.c \
	tests/unit/test_frame.c \
	tests/unit/test_goaltext.c \
	tests/unit/test_greet.c \
	tests/unit/test_guide.c \
	tests/unit/test_history.c \
	tests/unit/test_hlc.c \
	tests/unit/test_hostile.c \
	tests/unit/test_insight.c \
	tests/unit/test_fresh.c \
	tests/unit/test_journal.c \
	tests/unit/test_jsonform.c \
	tests/unit/test_kdf.c \
	tests/unit/test_keyring.c \
	tests/unit/test_keys.c \
	tests/unit/test_keyset.c \
	tests/unit/test_lacking.c \
	tests/unit/test_life.c \
	tests/unit/test_limits.c \
	tests/unit/test_list.c \
	tests/unit/test_log.c \
	tests/unit/test_measure.c \
	tests/unit/test_mem.c \
	tests/unit/test_merge.c \
	tests/unit/test_mp.c \
	tests/unit/test_mpcheck.c \
	tests/unit/test_node.c \
	tests/unit/test_node_forks.c \
	tests/unit/test_node_turns.c \
	tests/unit/test_node_pair.c \
	tests/unit/test_node_settings.c \
	tests/unit/test_noise.c \
	tests/unit/test_options.c \
	tests/unit/test_orset.c \
	tests/unit/test_pairing.c \
	tests/unit/test_pake.c \
	tests/unit/test_panic.c \
	tests/unit/test_password.c \
	tests/unit/test_patterns.c \
	tests/unit/test_peer.c \
	tests/unit/test_place.c \
	tests/unit/test_planfile.c \
	tests/unit/test_prng.c \
	tests/unit/test_records.c \
	tests/unit/test_register.c \
	tests/unit/test_removal.c \
	tests/unit/test_render.c \
	tests/unit/test_rendergist.c \
	tests/unit/test_reviewtext.c \
	tests/unit/test_roster.c \
	tests/unit/test_rpc.c \
	tests/unit/test_rpcmsg.c \
	tests/unit/test_run.c \
	tests/unit/test_schema.c \
	tests/unit/test_seal.c \
	tests/unit/test_search.c \
	tests/unit/test_sessionfile.c \
	tests/unit/test_settings.c \
	tests/unit/test_slots.c \
	tests/unit/test_sm.c \
	tests/unit/test_sort.c \
	tests/unit/test_statements.c \
	tests/unit/test_store.c \
	tests/unit/test_text.c \
	tests/unit/test_text_columns.c \
	tests/unit/test_text_diff.c \
	tests/unit/test_text_edges.c \
	tests/unit/test_text_histories.c \
	tests/unit/test_text_undo.c \
	tests/unit/test_text_wire.c \
	tests/unit/test_thought.c \
	tests/unit/test_told.c \
	tests/unit/test_transport.c \
	tests/unit/test_trendtext.c \
	tests/unit/test_undo.c \
	tests/unit/test_utf8.c \
	tests/unit/test_vault.c \
	tests/unit/test_version.c \
	tests/unit/test_view.c \
	tests/unit/test_vocabulary.c \
	tests/unit/test_waljoin.c \
	tests/unit/test_words.c \
	tests/unit/test_workfile.c \
	tests/unit/test_wordscan.c \
	tests/unit/test_zones.c \

LAW_SRCS := \
	tests/law/reference.c \
	tests/law/test_forms.c \
	tests/law/test_laws.c \
	tests/law/test_roster_orders.c \
	tests/law/test_scarce.c \

GOLDEN_SRCS := \
	tests/golden/test_golden.c \

SWEEP_SRCS := \
	tests/sweep/killat.c \
	tests/sweep/test_faults.c \
	tests/sweep/test_killed.c \
	tests/sweep/test_memory.c \
	tests/sweep/test_powercut.c \
	tests/sweep/trial.c \

# All of these make one program, tests/sim/sim.
SIM_SRCS := \
	tests/sim/calamity.c \
	tests/sim/canary.c \
	tests/sim/check.c \
	tests/sim/device.c \
	tests/sim/folder.c \
	tests/sim/main.c \
	tests/sim/net.c \
	tests/sim/request.c \
	tests/sim/scenario.c \
	tests/sim/trace.c \
	tests/sim/workload.c \
	tests/sim/world.c \

# driver.c replays a corpus where libFuzzer is not to be had.
FUZZ_SRCS := \
	tests/fuzz/driver.c \
	tests/fuzz/fuzz_block.c \
	tests/fuzz/fuzz_decoder.c \
	tests/fuzz/fuzz_frame.c \
	tests/fuzz/fuzz_handshake.c \
	tests/fuzz/fuzz_rpcmsg.c \

BENCH_SRCS := \
	tests/bench/bench_floor.c \
	tests/bench/bench_insight.c \
	tests/bench/bench_kept.c \
	tests/bench/bench_text.c \
	tests/bench/benchbare.c \
	tests/bench/benchhome.c \
	tests/bench/benchlink.c \
	tests/bench/benchscreens.c \
	tests/bench/benchtyping.c \
	tests/bench/benchwords.c \

# Linked by hand in the Makefile: the cable of demo and e2e.
E2E_SRCS := \
	tests/e2e/cablemain.c \

# The same: a stand-in for logind.
LOGIN_SRCS := \
	tests/e2e/loginmain.c \

# Shell tests that speak TAP.
TIDY_TESTS := \
	tests/tidy/badinputs.t \
	tests/tidy/headers.t \
	tests/tidy/layers.t \
	tests/tidy/protocol.t \
	tests/tidy/purity.t \
	tests/tidy/tidy.t \
	tests/tidy/words.t \

SIM_TESTS := \
	tests/sim/sim.t \

E2E_TESTS := \
	tests/e2e/00-words.t \
	tests/e2e/10-init.t \
	tests/e2e/11-thought.t \
	tests/e2e/12-small.t \
	tests/e2e/13-week.t \
	tests/e2e/14-hint.t \
	tests/e2e/14-kinds.t \
	tests/e2e/15-breathe.t \
	tests/e2e/16-help-now.t \
	tests/e2e/17-settings.t \
	tests/e2e/18-remind.t \
	tests/e2e/18-review.t \
	tests/e2e/19-trends.t \
	tests/e2e/20-look.t \
	tests/e2e/21-change.t \
	tests/e2e/22-insight.t \
	tests/e2e/23-dry-run.t \
	tests/e2e/24-many.t \
	tests/e2e/27-narrow.t \
	tests/e2e/28-prompts.t \
	tests/e2e/29-german.t \
	tests/e2e/26-editor.t \
	tests/e2e/30-locked.t \
	tests/e2e/31-kill.t \
	tests/e2e/32-homes.t \
	tests/e2e/33-signs.t \
	tests/e2e/34-forgets.t \
	tests/e2e/35-lock.t \
	tests/e2e/36-answers.t \
	tests/e2e/37-stopped.t \
	tests/e2e/40-pair.t \
	tests/e2e/41-sync.t \
	tests/e2e/42-kill-sync.t \
	tests/e2e/43-stranger.t \
	tests/e2e/50-files.t \
	tests/e2e/60-programs.t \
	tests/e2e/61-methods.t \
	tests/e2e/70-canary.t \
	tests/e2e/80-demo.t \
	tests/e2e/81-install.t \
	tests/e2e/82-man.t \

