# One Makefile for the whole tree; the files are listed in sources.mk.
# `make help` names the targets. Variants live side by side in
# $(BUILDROOT)/$(BUILD), so that switching needs no `make clean`:
#   release debug asan tsan cov fuzz

include sources.mk

VERSION := 0.1.0
BUILDROOT ?= build
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
SHARED ?= ../shared
override SHARED := $(abspath $(SHARED))

# What people run is a release build; what tests run is a debug build.
RELEASE_GOALS := all demo install bench bench-text man
ifeq ($(filter-out $(RELEASE_GOALS),$(or $(MAKECMDGOALS),all)),)
BUILD ?= release
else
BUILD ?= debug
endif
OUT := $(BUILDROOT)/$(BUILD)
# Warnings are errors except in the build that strangers make.
DEV ?= $(if $(filter release,$(BUILD)),,1)

ifeq ($(origin CC),default)
CC := $(if $(filter fuzz,$(BUILD)),clang,gcc)
endif
AR ?= ar

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wvla -Wformat=2 -Wcast-qual \
	-Wundef -Wdouble-promotion $(if $(filter 1,$(DEV)),-Werror)
HARDEN := -fstack-protector-strong -fPIE \
	$(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
SANITIZE := -fno-omit-frame-pointer -fno-sanitize-recover=all

# _FORTIFY_SOURCE needs an optimizer and hides from the sanitizers.
VARIANT_release := -O2 -D_FORTIFY_SOURCE=2
VARIANT_debug := -O1 -D_FORTIFY_SOURCE=2
VARIANT_asan := -O1 -fsanitize=address,undefined $(SANITIZE)
VARIANT_tsan := -O1 -fsanitize=thread $(SANITIZE)
# Without an optimizer gcc takes what a callee fills in for never set.
VARIANT_cov := -O0 --coverage -Wno-maybe-uninitialized
VARIANT_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined $(SANITIZE)
ifeq ($(VARIANT_$(BUILD)),)
$(error BUILD=$(BUILD) is none of release debug asan tsan cov fuzz)
endif

# Goals that need no compiler and no library of anybody's.
PLAIN_GOALS := help clean format dist check demo uninstall quick run-code \
	run-units protocol po release-check
PKG_MK := $(BUILDROOT)/pkg.mk
PKGS := libuv libsodium sqlite3 msgpack libcjson libedit libqrencode libmd \
	libutf8proc libsystemd libzstd
ifneq ($(filter-out $(PLAIN_GOALS),$(or $(MAKECMDGOALS),all)),)
include $(PKG_MK)
endif
# Only of kept-page; the others don't see its headers.
PAGE_PKGS := pangocairo

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -include proto/base/banned.h -g \
	-pthread -DKEPT_VERSION='"$(VERSION)"' $(WARNINGS) $(HARDEN) \
	$(VARIANT_$(BUILD)) $(foreach p,$(PKGS),$($p_CFLAGS)) \
	$(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed \
	$(filter -fsanitize=% --coverage,$(VARIANT_$(BUILD))) $(LDFLAGS)
KEPTD_LIBS = $(foreach p,libuv libsodium sqlite3 msgpack libutf8proc \
	libsystemd libzstd,$($p_LIBS))
KEPT_LIBS = $(foreach p,msgpack libcjson libedit libqrencode libmd,$($p_LIBS))
TEST_LIBS = -lcmocka $(KEPTD_LIBS) $(KEPT_LIBS) -lz -lm

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(2)')
objects = $(patsubst %.c,$(OUT)/%.o,$(1))

# An archive per folder. The order is the order of layers, upper ones first: a
# call upwards does not link. daemon/*.c is there twice, since it wires rpc and
# has the settings that rpc asks for.
LAYERS := cli io daemon rpc daemon vault core store crdt crypto proto base
cli_OBJS := $(call objects,$(filter-out %/kept.c,$(CLI_SRCS)))
io_OBJS := $(call objects,$(IO_SRCS))
daemon_OBJS := $(call objects,$(filter-out %/keptd.c,$(DAEMON_SRCS)))
rpc_OBJS := $(call objects,$(RPC_SRCS))
vault_OBJS := $(call objects,$(VAULT_SRCS))
core_OBJS := $(call objects,$(CORE_SRCS))
store_OBJS := $(call objects,$(STORE_SRCS))
crdt_OBJS := $(call objects,$(CRDT_SRCS))
crypto_OBJS := $(call objects,$(CRYPTO_SRCS))
proto_OBJS := $(call objects,$(PROTO_SRCS))
base_OBJS := $(call objects,$(BASE_SRCS))
archives = $(foreach l,$(1),$(if $($(l)_OBJS),$(OUT)/$(l).a))
ARCHIVES := $(call archives,$(LAYERS))

PROGRAMS := $(if $(filter %/keptd.c,$(DAEMON_SRCS)),$(OUT)/keptd) \
	$(if $(filter %/kept.c,$(CLI_SRCS)),$(OUT)/kept) \
	$(if $(PAGE_SRCS),$(OUT)/kept-page)

# Test programs: $(call programs,SRCS,prefix), and what each also links.
programs = $(patsubst %.c,$(OUT)/%,$(foreach s,$(1),\
	$(if $(filter $(2)_%,$(notdir $s)),$s)))
extras = $(call objects,$(foreach s,$(1),\
	$(if $(filter $(2)_%,$(notdir $s)),,$s)))
TEST_LIB_OBJS := $(call objects,$(TEST_LIB_SRCS))
UNIT := $(call programs,$(UNIT_SRCS),test)
LAW := $(call programs,$(LAW_SRCS),test)
GOLDEN := $(call programs,$(GOLDEN_SRCS),test)
SWEEP := $(call programs,$(SWEEP_SRCS),test)
BENCH := $(call programs,$(BENCH_SRCS),bench)
FUZZ := $(call programs,$(FUZZ_SRCS),fuzz)
SIM := $(if $(SIM_SRCS),$(OUT)/tests/sim/sim)
CABLE := $(OUT)/tests/e2e/cablemain
LOGIN := $(OUT)/tests/e2e/loginmain
UNIT_EXTRAS := $(call extras,$(UNIT_SRCS),test)
LAW_EXTRAS := $(call extras,$(LAW_SRCS),test)
GOLDEN_EXTRAS := $(call extras,$(GOLDEN_SRCS),test)
SWEEP_EXTRAS := $(call extras,$(SWEEP_SRCS),test)
BENCH_EXTRAS := $(call extras,$(BENCH_SRCS),bench)
# libFuzzer brings its own main(); elsewhere driver.c is it.
FUZZ_EXTRAS := $(if $(filter fuzz,$(BUILD)),,$(call extras,$(FUZZ_SRCS),fuzz))
TEST_PROGRAMS := $(UNIT) $(LAW) $(GOLDEN) $(SWEEP) $(SIM) $(FUZZ)

PRODUCT_SRCS := $(BASE_SRCS) $(PROTO_SRCS) $(CRYPTO_SRCS) $(CRDT_SRCS) \
	$(STORE_SRCS) $(CORE_SRCS) $(VAULT_SRCS) $(RPC_SRCS) $(IO_SRCS) \
	$(DAEMON_SRCS) $(CLI_SRCS) $(PAGE_SRCS)
TEST_SRCS := $(TEST_LIB_SRCS) $(UNIT_SRCS) $(LAW_SRCS) $(GOLDEN_SRCS) \
	$(SWEEP_SRCS) $(SIM_SRCS) $(FUZZ_SRCS) $(BENCH_SRCS) $(E2E_SRCS) \
	$(LOGIN_SRCS)
OBJS := $(call objects,$(PRODUCT_SRCS) $(TEST_SRCS))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: FORCE

# The languages people read it in.
PO := packaging/po
CATALOGS := $(LANGUAGES:%=$(OUT)/locale/%/LC_MESSAGES/kept.mo)
MSGFMT ?= msgfmt
# Where a program that was installed looks for them.
# GLib's headers name what banned.h bans; pagedraw.c reads that behind them.
FLAGS_cli/page/pagedraw = -DKEPT_BASE_BANNED_H \
	$(patsubst -I%,-isystem%,$(pangocairo_CFLAGS))
FLAGS_cli/i18n = -DKEPT_LOCALE_DIR='"$(PREFIX)/share/locale"'

# What the tests are told.
export SHARED STRICT BUILD
export SEED COUNT DEVICES
export KEPT_OUT = $(abspath $(OUT))
export KEPT_FLAGS = $(abspath $(OUT)/flags)
export CMOCKA_MESSAGE_OUTPUT := TAP
export ASAN_OPTIONS ?= detect_leaks=1:abort_on_error=0
PROVE = perl tests/lib/tally.pl -j $(JOBS)

.PHONY: all
all: $(PROGRAMS) $(CATALOGS) ## build keptd and kept (BUILD=release unless given)

##@ Checks

# The packages come first, so the real work is another make: this one could
# not read $(PKG_MK) yet.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS) -Otarget)
AGAIN = +$(Q)$(MAKE) --no-print-directory $(PARALLEL) BUILD=$(BUILD)

.PHONY: check run-check
check: ## install what is missing, build, run every test (BUILD=debug|asan)
	$(Q)sh packaging/install-depends.sh build check
	$(AGAIN) run-check
CHECKED = $(UNIT) $(LAW) $(GOLDEN) $(SWEEP) $(FUZZ) $(SIM_TESTS) \
	$(TIDY_TESTS) $(E2E_TESTS)
run-check: $(PROGRAMS) $(CATALOGS) $(CABLE) $(LOGIN) $(TEST_PROGRAMS) $(OBJS)
	$(Q)$(PROVE) $(CHECKED)

# Parts of .ci/run: all that runs our code, and what one compiler is asked.
.PHONY: run-code run-units
run-code:
	$(AGAIN) COUNT=$(or $(COUNT),50) run-code-now
run-units:
	$(AGAIN) CC=$(CC) BUILDROOT=$(BUILDROOT) run-units-now
.PHONY: run-code-now run-units-now
run-code-now: $(PROGRAMS) $(CATALOGS) $(CABLE) $(LOGIN) $(TEST_PROGRAMS)
	$(Q)$(PROVE) $(UNIT) $(LAW) $(GOLDEN) $(SWEEP) $(FUZZ) $(SIM_TESTS) \
		$(E2E_TESTS)
run-units-now: $(PROGRAMS) $(TEST_PROGRAMS) $(OBJS)
	$(Q)$(PROVE) $(UNIT)

.PHONY: quick run-quick
quick: ## under a minute: all but e2e and sweeps, 50 seeds of the simulator
	$(AGAIN) COUNT=$(or $(COUNT),50) run-quick
run-quick: $(TEST_PROGRAMS) $(OBJS)
	$(Q)$(PROVE) $(UNIT) $(LAW) $(GOLDEN) $(FUZZ) $(SIM_TESTS) $(TIDY_TESTS)

# T=name runs one program of a folder: make unit T=test_buf
pick = $(if $(T),$(filter %/$(T) %/$(T).t,$(1)),$(1))
picked = $(or $(1),$(if $(T),$(error no $(T) here)))
.PHONY: unit law golden sweep e2e tidy layers purity headers fuzz-replay
unit: $(call pick,$(UNIT)) ## test_<unit>, one program per unit (T=test_buf)
	$(Q)$(PROVE) $(call picked,$^)
law: $(call pick,$(LAW)) ## merge rules under random histories
	$(Q)$(PROVE) $(call picked,$^)
golden: $(call pick,$(GOLDEN)) ## bytes that must never change
	$(Q)$(PROVE) $(call picked,$^)
sweep: $(call pick,$(SWEEP)) ## every allocation and every write fails once
	$(Q)$(PROVE) $(call picked,$^)
fuzz-replay: $(call pick,$(FUZZ)) ## the fuzz corpora, without a fuzzer
	$(Q)$(PROVE) $(call picked,$^)
e2e: $(PROGRAMS) $(CATALOGS) $(CABLE) $(LOGIN) ## the real programs, from a shell (T=10-pair)
	$(Q)$(PROVE) $(call picked,$(call pick,$(E2E_TESTS)))
tidy: $(OBJS) ## form, names, sizes, lists, layers, purity, headers
	$(Q)$(PROVE) $(TIDY_TESTS)
layers: $(OBJS) ## who may include whom
	$(Q)$(PROVE) tests/tidy/layers.t
purity: $(crdt_OBJS) $(core_OBJS) ## no clock, dice or sockets in the core
	$(Q)$(PROVE) tests/tidy/purity.t
headers: $(OUT)/flags ## each header compiles alone
	$(Q)$(PROVE) tests/tidy/headers.t

SIM_ARGS = $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) \
	$(if $(DEVICES),--devices $(DEVICES))
.PHONY: sim soak mutants
sim: $(SIM) ## the simulator (SEED= COUNT= DEVICES=)
	$(Q)$(SIM) $(SIM_ARGS)
soak: COUNT := $(or $(COUNT),200000)
soak: $(SIM) $(OUT)/tests/unit/test_text_histories ## the simulator for a night (COUNT=200000)
	$(Q)TEXT_HISTORIES=1000000 $(OUT)/tests/unit/test_text_histories
	$(Q)$(SIM) $(SIM_ARGS)
mutants: $(SIM) ## faults put in on purpose that the simulator has to find
	$(Q)sh tests/sim/mutants.sh

TIME ?= 60
.PHONY: fuzz run-fuzz
fuzz: ## libFuzzer on one target (TARGET=frame TIME=60 seconds)
	$(if $(TARGET),,$(error name one: make fuzz TARGET=frame))
	+$(Q)$(MAKE) --no-print-directory BUILD=fuzz TARGET=$(TARGET) run-fuzz
run-fuzz: $(OUT)/tests/fuzz/fuzz_$(TARGET)
	$(Q)mkdir -p $(OUT)/corpus/$(TARGET)
	$(Q)$< -max_total_time=$(TIME) -print_final_stats=1 \
		-artifact_prefix=$(OUT)/corpus/$(TARGET)- \
		$(OUT)/corpus/$(TARGET) $(wildcard tests/fuzz/corpus/$(TARGET))

##@ Upkeep

.PHONY: golden-accept lint format cov bench protocol release-check
golden-accept: $(GOLDEN) ## write vectors that are missing, never change one
	$(Q)for t in $(GOLDEN); do GOLDEN_ACCEPT=1 $$t || exit 1; done
protocol: ## write the tables of proto/PROTOCOL.md anew from the .def files
	$(Q)sh tests/tidy/protocol-tables.sh --write proto/PROTOCOL.md
.PHONY: po
po: ## collect what people read into packaging/po/kept.pot and each .po
	$(Q)mkdir -p $(BUILDROOT)
	$(Q)sh $(PO)/extract.sh $(BUILDROOT) $(CLI_SRCS) $(PAGE_SRCS)
	$(Q)cmp -s $(BUILDROOT)/told.def cli/told.def || \
		cp $(BUILDROOT)/told.def cli/told.def
	$(Q)cp $(BUILDROOT)/kept.pot $(PO)/kept.pot
	$(Q)for l in $(LANGUAGES); do \
		sh $(PO)/merge.sh $(PO)/$$l.po $(PO)/kept.pot || exit 1; \
	done
release-check: ## is anything in it too old to be released?
	$(Q)sh packaging/release-check.sh
lint: $(PKG_MK) ## clang-tidy and shellcheck
	$(Q)clang-tidy --quiet $(filter-out $(PAGE_SRCS),$(PRODUCT_SRCS)) -- \
		$(filter-out -W%,$(ALL_CFLAGS))
	$(Q)shellcheck $$(find packaging tests -name '*.sh' -o -name '*.t') \
		.ci/run
format: ## lay out every .c file as .clang-format says
	$(Q)clang-format -i $(PRODUCT_SRCS) $(TEST_SRCS)
# What only a lack of memory leads to is met in test_memory. An assertion's
# other way out is the end of the process, and is not counted.
COVERED = crdt/ proto/mpcheck.c proto/frame.c daemon/core/chain.c
GCOVR = gcovr --root . --object-directory $(BUILDROOT)/cov \
	--exclude-unreachable-branches \
	--exclude-branches-by-pattern '.*kept_(assert|unreachable)\(.*'
cov: ## line and branch coverage of unit, law and golden tests
	+$(Q)$(MAKE) --no-print-directory $(PARALLEL) BUILD=cov unit law golden
	+$(Q)$(MAKE) --no-print-directory $(PARALLEL) BUILD=cov sweep \
		T=test_memory
	$(Q)$(GCOVR) --exclude tests/ --print-summary $(BUILDROOT)/cov
	$(Q)$(GCOVR) --branches $(COVERED:%=--filter '%') $(BUILDROOT)/cov
bench: $(PROGRAMS) $(BENCH) ## what it costs here (N=10000, JSON=1)
	$(Q)N=$(or $(N),10000) sh tests/bench/bench.sh $(if $(JSON),--json)
# Traces lie beside the project; see the README there.
.PHONY: bench-text
TRACES = $(wildcard $(SHARED)/data/traces/*/*.json.gz)
bench-text: $(OUT)/bench-text ## what typing and merging cost (JSON=1)
	$(Q)$(OUT)/bench-text $(if $(JSON),--json) --own \
		$(filter-out %-1000.json.gz,$(TRACES))

##@ Use

.PHONY: demo run-demo man install uninstall dist clean help
demo: ## build it, then two devices and a week of entries in a minute
	$(Q)sh packaging/install-depends.sh build
	$(AGAIN) run-demo
run-demo: $(PROGRAMS) $(CABLE)
	$(Q)sh tests/e2e/demo.sh
man: $(PROGRAMS) ## the manual pages, into the build folder
	$(Q)mkdir -p $(OUT)/man
	$(Q)$(OUT)/kept --print-man >$(OUT)/man/kept.1
	$(Q)$(OUT)/keptd --print-man >$(OUT)/man/keptd.8
	$(Q)for page in $$($(OUT)/kept --list-man); do \
		$(OUT)/kept --print-man "$${page%.*}" \
			>"$(OUT)/man/kept-$$page" || exit 1; \
	done
ROOT = $(DESTDIR)$(PREFIX)
COMPLETIONS := packaging/completions
install: $(PROGRAMS) $(CATALOGS) man ## into $(DESTDIR)$(PREFIX)
	install -D -m 755 -t '$(ROOT)/bin' $(PROGRAMS)
	for section in 1 5 7 8; do \
		install -D -m 644 -t "$(ROOT)/share/man/man$$section" \
			$(OUT)/man/kept*.$$section || exit 1; \
	done
	install -D -m 644 $(COMPLETIONS)/kept.bash \
		'$(ROOT)/share/bash-completion/completions/kept'
	install -D -m 644 -t '$(ROOT)/share/zsh/site-functions' \
		$(COMPLETIONS)/_kept
	install -D -m 644 -t '$(ROOT)/share/fish/vendor_completions.d' \
		$(COMPLETIONS)/kept.fish
	install -D -m 644 -t '$(ROOT)/lib/systemd/user' \
		packaging/systemd/keptd.socket \
		packaging/systemd/kept-remind.timer
	for unit in keptd kept-remind; do \
		sed 's,/usr/bin/,$(PREFIX)/bin/,' \
			packaging/systemd/$$unit.service \
			>'$(ROOT)/lib/systemd/user/'$$unit.service && \
		chmod 644 '$(ROOT)/lib/systemd/user/'$$unit.service || \
			exit 1; \
	done
	for l in $(LANGUAGES); do \
		install -D -m 644 $(OUT)/locale/$$l/LC_MESSAGES/kept.mo \
			'$(ROOT)/share/locale/'$$l/LC_MESSAGES/kept.mo || \
			exit 1; \
	done
uninstall: ## take away what install put there
	rm -f $(foreach f,$(LANGUAGES:%=share/locale/%/LC_MESSAGES/kept.mo) \
		bin/kept bin/keptd bin/kept-page share/man/man1/kept.1 \
		share/man/man8/keptd.8 share/bash-completion/completions/kept \
		share/zsh/site-functions/_kept \
		share/fish/vendor_completions.d/kept.fish \
		lib/systemd/user/keptd.socket lib/systemd/user/keptd.service \
		lib/systemd/user/kept-remind.timer \
		lib/systemd/user/kept-remind.service,\
		'$(ROOT)/$f')
	rm -f '$(ROOT)'/share/man/man1/kept-*.1 \
		'$(ROOT)'/share/man/man5/kept-*.5 \
		'$(ROOT)'/share/man/man7/kept-*.7
dist: ## the committed tree as build/kept-VERSION.tar.gz
	$(Q)mkdir -p $(BUILDROOT)
	git archive --prefix=kept-$(VERSION)/ \
		-o $(BUILDROOT)/kept-$(VERSION).tar.gz HEAD
clean: ## remove every build
	rm -rf $(BUILDROOT)
help: ## this
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) ":" } \
		/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' \
		Makefile

# From here on: how files are made.

$(PKG_MK): packaging/depends.debian Makefile
	@mkdir -p $(@D)
	@for p in $(PKGS) $(PAGE_PKGS); do \
		if ! pkg-config --exists $$p 2>/dev/null; then \
			echo "$$p is missing; packaging/install-depends.sh" \
				"build installs what kept needs" >&2; exit 1; \
		fi; \
		printf '%s_CFLAGS := %s\n' $$p "$$(pkg-config --cflags $$p)"; \
		printf '%s_LIBS := %s\n' $$p "$$(pkg-config --libs $$p)"; \
	done >$@

# Rewritten only when they change: then, and only then, what depends on them
# is made again.
keep = mkdir -p $(@D); printf '%s\n' $(1) | cmp -s - $@ || \
	printf '%s\n' $(1) >$@
quoted = '$(subst ','\'',$(1))'
$(OUT)/flags: FORCE
	@$(call keep,$(call quoted,$(CC) $(ALL_CFLAGS)))
$(OUT)/ldflags: FORCE
	@$(call keep,$(call quoted,$(CC) $(ALL_LDFLAGS) $(TEST_LIBS)))
$(OUT)/prefix: FORCE
	@$(call keep,$(call quoted,$(PREFIX)))
$(OUT)/cli/i18n.o: $(OUT)/prefix
$(CATALOGS): $(OUT)/locale/%/LC_MESSAGES/kept.mo: $(PO)/%.po
	@mkdir -p $(@D)
	$(call say,MO,$<)
	$(Q)$(MSGFMT) --check-format --check-header -o $@ $<
$(OUT)/%.list: FORCE
	@$(call keep,$(call quoted,$($*_OBJS)))

$(OUT)/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(FLAGS_$*) -MD -MP -c -o $@ $<

.SECONDEXPANSION:
$(sort $(ARCHIVES)): $(OUT)/%.a: $$(%_OBJS) $(OUT)/%.list
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcsD $@ $($*_OBJS)

link = $(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$+) $(1)
$(OUT)/keptd: $(OUT)/daemon/keptd.o \
		$(call archives,$(filter-out cli,$(LAYERS))) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(KEPTD_LIBS) -lm)
# No crypto and no SQLite in what people type into.
$(OUT)/kept: $(OUT)/cli/kept.o $(call archives,cli proto base) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(KEPT_LIBS) -lm)
# What draws a page for paper: cairo and Pango, and none of the rest.
$(OUT)/kept-page: $(call objects,$(PAGE_SRCS) cli/page/pagecut.c cli/i18n.c) \
		$(call archives,base) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(libcjson_LIBS) $(pangocairo_LIBS))

$(UNIT): $(UNIT_EXTRAS)
$(LAW): $(LAW_EXTRAS)
$(GOLDEN): $(GOLDEN_EXTRAS)
$(SWEEP): $(SWEEP_EXTRAS)
$(BENCH): $(BENCH_EXTRAS)
$(UNIT) $(LAW) $(GOLDEN) $(SWEEP) $(BENCH): %: %.o $(TEST_LIB_OBJS) \
		$(ARCHIVES) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(TEST_LIBS))
$(OUT)/bench-text: $(OUT)/tests/bench/bench_text
	$(Q)ln -f $< $@
$(FUZZ): %: %.o $(FUZZ_EXTRAS) $(ARCHIVES) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(if $(filter fuzz,$(BUILD)),-fsanitize=fuzzer) \
		$(filter-out -lcmocka,$(TEST_LIBS)))
$(CABLE): $(call objects,$(E2E_SRCS) tests/lib/cable.c) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link)
$(LOGIN): $(call objects,$(LOGIN_SRCS)) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(libsystemd_LIBS))
# The simulator is the daemon with another shell: everything but io.
$(SIM): $(call objects,$(SIM_SRCS)) $(TEST_LIB_OBJS) \
		$(call archives,$(filter-out cli io,$(LAYERS))) $(OUT)/ldflags
	$(call say,LINK,$@)
	$(call link,$(TEST_LIBS))

-include $(OBJS:.o=.d)
