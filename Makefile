# Madoguchi: one Makefile. `make run` shows the kiosk, `make test` checks everything; both set up what
# they need. BUILD=folder builds elsewhere. Flavours: plain (what is installed) and asan (tests).
BUILD ?= build
CC ?= cc
PKG_CONFIG ?= pkg-config
# One short line a file; V=1 shows the commands.
SAY = $(if $(V),,@printf '  %s\n' $@ && )

# Rooms from top to bottom: the order in which archives are linked (kiosk/LAYERS).
ROOMS := app info desk slip intake sync print ui procedure card ledger store live speech input text i18n seal record base
PROGRAMS := kiosk kiosk-sync kiosk-intake kiosk-desk kioskctl

# What each room links from Debian; nothing else may.
PKG_seal := libcrypto
PKG_i18n := icu-i18n icu-uc
PKG_text := icu-uc icu-i18n
PKG_store := sqlite3 libcrypto
PKG_ledger := sqlite3 libpq
PKG_record := libcjson zlib
PKG_card := libpcsclite
PKG_procedure := yaml-0.1
PKG_info := sqlite3
PKG_ui := sdl2 SDL2_ttf SDL2_image
PKG_speech := sdl2
LIB_speech := -lsonic -lm
LIB_input := -lzinnia
PKG_sync := libcurl
PKG_intake := libmicrohttpd gnutls
PKG_print := cairo-pdf cairo-ft harfbuzz freetype2 libqrencode
PKG_desk := libmicrohttpd libcjson
PKG_app := libqrencode libcjson

# Rooms that each program links, top first.
ROOMS_kiosk := app info slip print ui procedure card store live speech input text i18n seal record base
ROOMS_kiosk-sync := sync store seal base
ROOMS_kiosk-intake := intake ledger seal base
ROOMS_kiosk-desk := desk slip print procedure ledger live input text i18n seal record base
ROOMS_kioskctl := $(filter-out app ui,$(ROOMS))

WARN := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes \
	-Wformat=2 -Wvla -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings
BASE_CFLAGS := -std=c17 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Ikiosk -include kiosk/base/banned.h $(WARN)
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS_plain := -O2 -g $(HARDEN)
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS_plain := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDFLAGS_asan := -fsanitize=address,undefined -Wl,--as-needed

# pkg-config flags are asked once a package; -isystem keeps foreign headers out of our warnings.
pkg_cflags = $(if $(1),$(patsubst -I%,-isystem%,$(shell $(PKG_CONFIG) --cflags-only-I $(1) 2>/dev/null)) $(shell $(PKG_CONFIG) --cflags-only-other $(1) 2>/dev/null))
pkg_libs = $(if $(1),$(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null))
ALL_PKGS := $(sort $(foreach r,$(ROOMS),$(PKG_$(r))))
# Libraries that have no .pc file.
ALL_LIBS := $(foreach r,$(ROOMS),$(LIB_$(r)))

.PHONY: all run test check bench soak audit hands fuzz format format-check clean setup setup-test \
	check-programs bench-programs catalogs words fonts FORCE
.DEFAULT_GOAL := all

define room_rules
CFLAGS_room_$(1) := $$(call pkg_cflags,$$(PKG_$(1)))
SRC_$(1) := $$(filter-out kiosk/base/wipe_free.c,$$(wildcard kiosk/$(1)/*.c kiosk/$(1)/screens/*.c))
OBJ_$(1)_plain := $$(SRC_$(1):kiosk/%.c=$(BUILD)/plain/%.o)
OBJ_$(1)_asan := $$(SRC_$(1):kiosk/%.c=$(BUILD)/asan/%.o)
$$(OBJ_$(1)_plain): $(BUILD)/plain/%.o: kiosk/%.c
	@mkdir -p $$(@D)
	$$(SAY)$$(CC) $$(BASE_CFLAGS) $$(CFLAGS_plain) $$(CFLAGS_room_$(1)) -MMD -MP -c -o $$@ $$<
$$(OBJ_$(1)_asan): $(BUILD)/asan/%.o: kiosk/%.c
	@mkdir -p $$(@D)
	$$(SAY)$$(CC) $$(BASE_CFLAGS) $$(CFLAGS_asan) $$(CFLAGS_room_$(1)) -MMD -MP -c -o $$@ $$<
$(BUILD)/plain/$(1).a: $$(OBJ_$(1)_plain)
	@rm -f $$@
	@$$(AR) rcs $$@ $$^
$(BUILD)/asan/$(1).a: $$(OBJ_$(1)_asan)
	@rm -f $$@
	@$$(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))

$(BUILD)/plain/base/wipe_free.o: kiosk/base/wipe_free.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) $(CFLAGS_plain) -MMD -MP -c -o $@ $<
# Programs that hold plaintext wipe what they free.
EXTRA_kiosk := $(BUILD)/plain/base/wipe_free.o
EXTRA_kiosk-desk := $(BUILD)/plain/base/wipe_free.o

# A program is its main, kiosk/program/NAME.c, and the files of its own beside it (kioskctl: ctl_*.c).
main_of = $(subst -,_,$(1))
MORE_kioskctl := $(notdir $(basename $(wildcard kiosk/program/ctl_*.c)))
$(BUILD)/plain/program/%.o: kiosk/program/%.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) $(CFLAGS_plain) -MMD -MP -c -o $@ $<
$(BUILD)/asan/program/%.o: kiosk/program/%.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) $(CFLAGS_asan) -MMD -MP -c -o $@ $<
define program_rules
OBJ_program_$(1) := $(call main_of,$(1)).o $$(MORE_$(1):%=%.o)
$(BUILD)/$(1): $$(OBJ_program_$(1):%=$(BUILD)/plain/program/%) $$(EXTRA_$(1)) $$(foreach r,$$(ROOMS_$(1)),$(BUILD)/plain/$$(r).a)
	$$(SAY)$$(CC) $$(CFLAGS_plain) $$(LDFLAGS_plain) -o $$@ $$^ $$(call pkg_libs,$$(sort $$(foreach r,$$(ROOMS_$(1)),$$(PKG_$$(r))))) $$(foreach r,$$(ROOMS_$(1)),$$(LIB_$$(r))) -lpthread
$(BUILD)/asan/$(1): $$(OBJ_program_$(1):%=$(BUILD)/asan/program/%) $$(foreach r,$$(ROOMS_$(1)),$(BUILD)/asan/$$(r).a)
	$$(SAY)$$(CC) $$(CFLAGS_asan) $$(LDFLAGS_asan) -o $$@ $$^ $$(call pkg_libs,$$(sort $$(foreach r,$$(ROOMS_$(1)),$$(PKG_$$(r))))) $$(foreach r,$$(ROOMS_$(1)),$$(LIB_$$(r))) -lpthread
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rules,$(p))))

# The virtual card: a program of the tests that `kioskctl card` starts.
VCARD_SRC := $(filter-out tests/vcard/test_%.c tests/vcard/transport.c,$(wildcard tests/vcard/*.c))
$(BUILD)/virtual-card: $(VCARD_SRC) $(wildcard tests/vcard/*.h) $(BUILD)/plain/base.a
	$(SAY)$(CC) $(BASE_CFLAGS) -Itests $(CFLAGS_plain) $(LDFLAGS_plain) -o $@ $(VCARD_SRC) $(BUILD)/plain/base.a -lpthread

# Catalogs: assets/po/CODE.po -> build/locale/CODE/LC_MESSAGES/madoguchi.mo
LANGS := $(notdir $(basename $(wildcard assets/po/*.po)))
MO := $(LANGS:%=$(BUILD)/locale/%/LC_MESSAGES/madoguchi.mo)
$(BUILD)/locale/%/LC_MESSAGES/madoguchi.mo: assets/po/%.po
	@mkdir -p $(@D)
	msgfmt --check-format --check-header -o $@.part $<
	@mv $@.part $@ # whole: a terminal that runs has the old one in memory
$(BUILD)/locale/reviews.conf: $(wildcard assets/po/*.po) $(BUILD)/kioskctl
	@mkdir -p $(@D)
	$(SAY)$(BUILD)/kioskctl table reviews assets/po $@
catalogs: $(MO) $(BUILD)/locale/reviews.conf
# Brings new texts of the program (ja.po) and of the content into every catalog, untranslated, in one order for all
# languages: the program's as in ja.po, the content's as in its files. Notes on places stay out of the catalogs. Where a native
# reader went over the catalog, what is new is noted as not read yet.
ASSETS ?= assets
words: $(BUILD)/kioskctl
	@$(BUILD)/kioskctl extract $(ASSETS) >$(BUILD)/content.pot
	@msgattrib --set-fuzzy --no-wrap $(ASSETS)/po/ja.po | msgattrib --clear-fuzzy --empty --no-wrap | \
		sed '0,/^msgstr ""$$/s||msgstr "Content-Type: text/plain; charset=UTF-8\\n"|' | msgcat --use-first --no-wrap - $(BUILD)/content.pot | grep -v '^#[.:,]' >$(BUILD)/all.pot
	@awk '{ print } /^$$/ { print "# not read yet" }' $(BUILD)/all.pot >$(BUILD)/noted.pot
	@for po in $(filter-out %/ja.po,$(wildcard $(ASSETS)/po/*.po)); do \
		pot=all; ! grep -q '^"X-Review: native' $$po || pot=noted; \
		msgmerge --quiet --no-fuzzy-matching --no-wrap --backup=none --update $$po $(BUILD)/$$pot.pot || exit 1; done

# Tables of the room input, from the Debian package skkdic-extra and our list of municipalities.
SKK ?= /usr/share/skk
$(BUILD)/tables/postal.table: $(SKK)/SKK-JISYO.zipcode assets/postal/municipalities.tsv $(BUILD)/kioskctl
	@mkdir -p $(@D)
	@iconv -f EUC-JISX0213 -t UTF-8 $< >$@.txt
	$(SAY)$(BUILD)/kioskctl table postal $@.txt assets/postal/municipalities.tsv $@
	@rm -f $@.txt
$(BUILD)/tables/variants.table: $(SKK)/utf8/SKK-JISYO.ivd $(BUILD)/kioskctl
	@mkdir -p $(@D)
	$(SAY)$(BUILD)/kioskctl table variants $< $@
TABLES := $(BUILD)/tables/postal.table $(BUILD)/tables/variants.table

# Fonts: subsets of Debian's fonts, each made again when what it is made of is newer (fonts/build).
$(BUILD)/fonts/fonts.list: $(wildcard fonts/* fonts/sets/*) $(wildcard assets/po/zh-*.po assets/po/ko.po)
	$(SAY)fonts/build "$(@D)"
fonts: $(BUILD)/fonts/fonts.list

all: $(TABLES) $(PROGRAMS:%=$(BUILD)/%) $(BUILD)/virtual-card catalogs fonts

# Tests: every tests/ROOM/test_*.c is one cmocka program under ASan and UBSan.
TEST_SRC := $(wildcard tests/*/test_*.c)
TESTS := $(TEST_SRC:tests/%.c=$(BUILD)/asan/tests/%)
HARNESS_SRC := $(wildcard tests/harness/*.c)
TEST_CC = $(CC) $(filter-out -include kiosk/base/banned.h,$(BASE_CFLAGS)) -Itests $(CFLAGS_asan) $(call pkg_cflags,$(ALL_PKGS))
$(BUILD)/asan/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(SAY)$(TEST_CC) -MMD -MP -c -o $@ $<
test_obj = $(patsubst tests/%.c,$(BUILD)/asan/tests/%.o,$(1))
# The virtual card in the same process, for the tests of card and app.
VCARD_OBJ := $(patsubst tests/vcard/%.c,$(BUILD)/asan/vcard/%.o,$(filter-out tests/vcard/main.c tests/vcard/test_%.c,$(wildcard tests/vcard/*.c)))
$(BUILD)/asan/vcard/%.o: tests/vcard/%.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BASE_CFLAGS) -Itests $(CFLAGS_asan) -MMD -MP -c -o $@ $<
$(BUILD)/asan/vcard.a: $(VCARD_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^
# Helper programs that shell tests drive.
TEST_LIBS_sync_test_sync := -lssl
TEST_LIBS_sync_test_answers := -lssl
TEST_LIBS_sync_test_asking := -lssl
TOOLS := $(patsubst tests/%.c,$(BUILD)/asan/tests/%,$(wildcard tests/*/tool_*.c))
TEST_PARTS := $(call test_obj,$(HARNESS_SRC)) $(BUILD)/asan/vcard.a $(ROOMS:%=$(BUILD)/asan/%.a)
TEST_LIBS = $(call pkg_libs,$(ALL_PKGS)) $(ALL_LIBS) -lcmocka -lpthread -lm
$(TESTS) $(TOOLS): %: %.o $(TEST_PARTS)
	$(SAY)$(CC) $(CFLAGS_asan) $(LDFLAGS_asan) -o $@ $(filter %.o %.a,$^) $(TEST_LIBS) $(TEST_LIBS_$(subst /,_,$(@:$(BUILD)/asan/tests/%=%)))

# Fuzz targets: tests/fuzz/fuzz_NAME.c. The tests run each with a small driver of our own over its corpus
# and seeded mutations (gcc); `make fuzz` runs them under libFuzzer (clang), FUZZ_SECONDS each.
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_DRIVER ?= $(call test_obj,tests/fuzz/driver/driver.c)
FUZZ_SECONDS ?= 60
FUZZ := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/asan/fuzz/%)
$(FUZZ): $(BUILD)/asan/fuzz/%: $(BUILD)/asan/tests/fuzz/fuzz_%.o $(FUZZ_DRIVER) $(TEST_PARTS)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_asan) $(LDFLAGS_asan) -o $@ $(filter %.o %.a,$^) $(TEST_LIBS)
FUZZ_SAN := address,undefined
fuzz: setup-test
	$(MAKE) CC=clang BUILD=$(BUILD)/libfuzzer FUZZ_DRIVER= FUZZ_SECONDS=$(FUZZ_SECONDS) \
		CFLAGS_asan="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=$(FUZZ_SAN),fuzzer-no-link" \
		LDFLAGS_asan="-fsanitize=$(FUZZ_SAN),fuzzer -Wl,--as-needed" $(FUZZ_SRC:tests/fuzz/fuzz_%.c=fuzz-%)
fuzz-%: $(BUILD)/asan/fuzz/%
	@mkdir -p $(BUILD)/corpus/$*
	$< -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(BUILD)/corpus/$*- $(BUILD)/corpus/$* $(wildcard tests/fuzz/corpus/$*)

# Set-up comes before a make of its own: what pkg-config answers is asked when the Makefile is read.
run: setup
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@BUILD=$(BUILD) packaging/run
test: setup-test
	@BUILD=$(BUILD) tests/run
soak: setup-test
	@BUILD=$(BUILD) tests/run --soak
bench: setup-test
	@$(MAKE) --no-print-directory -j$$(nproc) all bench-programs
	@BUILD=$(BUILD) tests/bench/run
# The terminal without any wipe: the mutant that tests/app/test_wipe.sh must catch.
$(BUILD)/tests/kiosk-unwiped: $(BUILD)/kiosk tests/app/unwiped.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -Wl,--wrap=explicit_bzero,--wrap=__explicit_bzero_chk -o $@ tests/app/unwiped.c $(OBJ_program_kiosk:%=$(BUILD)/plain/program/%) \
		$(foreach r,$(ROOMS_kiosk),$(BUILD)/plain/$(r).a) $(call pkg_libs,$(sort $(foreach r,$(ROOMS_kiosk),$(PKG_$(r))))) $(foreach r,$(ROOMS_kiosk),$(LIB_$(r))) -lpthread
# The audit and the simulated hands: plain programs that link the terminal's rooms and the virtual card.
# screens.inc names every page of the program, taken from its symbols.
STAGE_SRC := $(wildcard tests/stage/*.c) $(HARNESS_SRC) $(filter-out tests/vcard/main.c tests/vcard/test_%.c,$(wildcard tests/vcard/*.c))
AUDIT_SRC := $(wildcard tests/audit/*.c)
STAGE_ROOMS := $(ROOMS_kiosk)
stage_obj = $(patsubst tests/%.c,$(BUILD)/plain/tests/%.o,$(1))
$(BUILD)/plain/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(filter-out -include kiosk/base/banned.h,$(BASE_CFLAGS)) -Itests -I$(BUILD)/plain/tests $(CFLAGS_plain) $(call pkg_cflags,$(ALL_PKGS)) -MMD -MP -c -o $@ $<
$(BUILD)/plain/tests/screens.inc: $(BUILD)/plain/app.a
	@mkdir -p $(@D)
	@nm -P --defined-only -g $< | sed -n 's/^\(screen_[a-z_]*\) [DR] .*/SCREEN(\1)/p' | sort -u >$@
$(call stage_obj,tests/audit/walk.c): $(BUILD)/plain/tests/screens.inc
$(BUILD)/tests/audit: $(call stage_obj,$(AUDIT_SRC) $(STAGE_SRC)) $(STAGE_ROOMS:%=$(BUILD)/plain/%.a)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -Wl,--wrap=theme_line_characters,--wrap=paint -o $@ $^ $(call pkg_libs,$(sort $(foreach r,$(STAGE_ROOMS),$(PKG_$(r))))) $(foreach r,$(STAGE_ROOMS),$(LIB_$(r))) -lpthread -lm
HANDS_SRC := $(wildcard tests/hands/*.c)
$(BUILD)/tests/hands: $(call stage_obj,$(HANDS_SRC) $(STAGE_SRC)) $(STAGE_ROOMS:%=$(BUILD)/plain/%.a)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -o $@ $^ $(call pkg_libs,$(sort $(foreach r,$(STAGE_ROOMS),$(PKG_$(r))))) $(foreach r,$(STAGE_ROOMS),$(LIB_$(r))) -lpthread -lm
# Many people check in with a card: the time that each took, and the queue that holds them.
CHECK_IN_SRC := $(wildcard tests/check-in/*.c)
$(BUILD)/tests/check-in: $(call stage_obj,$(CHECK_IN_SRC) $(STAGE_SRC)) $(STAGE_ROOMS:%=$(BUILD)/plain/%.a)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -o $@ $^ $(call pkg_libs,$(sort $(foreach r,$(STAGE_ROOMS),$(PKG_$(r))))) $(foreach r,$(STAGE_ROOMS),$(LIB_$(r))) -lpthread -lm
# Visits that pause and are taken up again.
PAUSE_SRC := $(wildcard tests/pause/*.c)
$(BUILD)/tests/pause: $(call stage_obj,$(PAUSE_SRC) $(STAGE_SRC)) $(STAGE_ROOMS:%=$(BUILD)/plain/%.a)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -o $@ $^ $(call pkg_libs,$(sort $(foreach r,$(STAGE_ROOMS),$(PKG_$(r))))) $(foreach r,$(STAGE_ROOMS),$(LIB_$(r))) -lpthread -lm
# Every procedure of the content, played to its end; what was answered is told by calls that are led through given.c.
EVERY_SRC := $(wildcard tests/every/*.c)
EVERY_WRAPS := interview_random_answer interview_answer interview_back interview_finish ui_tap ui_type
$(BUILD)/tests/every: $(call stage_obj,$(EVERY_SRC) $(STAGE_SRC)) $(STAGE_ROOMS:%=$(BUILD)/plain/%.a)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) $(EVERY_WRAPS:%=-Wl,--wrap=%) -o $@ $^ $(call pkg_libs,$(sort $(foreach r,$(STAGE_ROOMS),$(PKG_$(r))))) $(foreach r,$(STAGE_ROOMS),$(LIB_$(r))) -lpthread -lm
# The line between kiosks and the city in a storm; and two programs that each lack a promise, which it must find.
STORM_SRC := $(wildcard tests/storm/*.c)
$(BUILD)/tests/storm: $(call stage_obj,$(filter-out tests/storm/early.c tests/storm/trusting.c,$(STORM_SRC))) $(BUILD)/plain/ledger.a $(BUILD)/plain/store.a $(BUILD)/plain/seal.a $(BUILD)/plain/base.a
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -o $@ $^ $(call pkg_libs,libssl $(PKG_ledger) $(PKG_store) $(PKG_seal)) -lpthread
$(BUILD)/tests/intake-early: $(BUILD)/kiosk-intake $(call stage_obj,tests/storm/early.c)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -Wl,--wrap=ledger_work -o $@ $(call stage_obj,tests/storm/early.c) $(OBJ_program_kiosk-intake:%=$(BUILD)/plain/program/%) \
		$(foreach r,$(ROOMS_kiosk-intake),$(BUILD)/plain/$(r).a) $(call pkg_libs,$(sort $(foreach r,$(ROOMS_kiosk-intake),$(PKG_$(r))))) -lpthread
$(BUILD)/tests/sync-trusting: $(BUILD)/kiosk-sync $(call stage_obj,tests/storm/trusting.c)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(CFLAGS_plain) $(LDFLAGS_plain) -Wl,--wrap=sync_judge -o $@ $(call stage_obj,tests/storm/trusting.c) $(OBJ_program_kiosk-sync:%=$(BUILD)/plain/program/%) \
		$(foreach r,$(ROOMS_kiosk-sync),$(BUILD)/plain/$(r).a) $(call pkg_libs,$(sort $(foreach r,$(ROOMS_kiosk-sync),$(PKG_$(r))))) -lpthread
STORM := $(BUILD)/tests/storm $(BUILD)/tests/intake-early $(BUILD)/tests/sync-trusting
hands: setup-test
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/tests/hands
	@$(BUILD)/tests/hands "$(CURDIR)" "$(abspath $(BUILD))"
audit: setup-test
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/tests/audit
	@$(BUILD)/tests/audit "$(CURDIR)" "$(abspath $(BUILD))"
# The peers and floors of `make bench`, each with what it may link.
BENCH_CFLAGS := -std=c17 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Wall -Wextra -Werror -Ikiosk -Itests -O2 -g
BENCH_ROOMS_card := card seal record base
BENCH_ROOMS_seal := store seal base
BENCH_ROOMS_queue := store base
BENCH_ROOMS_line := sync store seal base
BENCH_ROOMS_content := info procedure record base
BENCH_ROOMS_words := ui input text i18n base
BENCH_ROOMS_speech := speech base
BENCH_ROOMS_search := info procedure i18n record base
BENCH_ROOMS_intake := sync store seal base
BENCH_ROOMS_paper := $(ROOMS_kiosk-desk)
BENCH_LIBS_paper := -lcmocka
BENCH_ROOMS_desk := $(ROOMS_kiosk-desk)
$(BUILD)/bench/bare: tests/bench/bare.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BENCH_CFLAGS) $(call pkg_cflags,sdl2 SDL2_ttf) -o $@ $< $(call pkg_libs,sdl2 SDL2_ttf)
$(BUILD)/bench/probe: tests/bench/probe.c
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BENCH_CFLAGS) -o $@ $< -lX11 -lXtst -lXdamage
$(BUILD)/bench/%: tests/bench/%.c $(ROOMS:%=$(BUILD)/plain/%.a)
	@mkdir -p $(@D)
	$(SAY)$(CC) $(BENCH_CFLAGS) -o $@ $< $(BENCH_ROOMS_$*:%=$(BUILD)/plain/%.a) $(call pkg_libs,$(sort $(foreach r,$(BENCH_ROOMS_$*),$(PKG_$(r))))) $(foreach r,$(BENCH_ROOMS_$*),$(LIB_$(r))) $(BENCH_LIBS_$*) -lpthread -lm
bench-programs: $(BUILD)/bench/bare $(BUILD)/bench/probe $(BUILD)/bench/card $(BUILD)/bench/seal $(BUILD)/bench/queue $(BUILD)/bench/words $(BUILD)/bench/speech $(BUILD)/bench/content $(BUILD)/bench/search $(BUILD)/bench/intake $(BUILD)/bench/line $(BUILD)/bench/paper $(BUILD)/bench/desk
# What tests/run builds before it runs anything.
check-programs: all $(TESTS) $(TOOLS) $(FUZZ) $(BUILD)/tests/kiosk-unwiped $(BUILD)/tests/audit $(BUILD)/tests/hands $(BUILD)/tests/every $(BUILD)/tests/check-in $(BUILD)/tests/pause $(STORM) bench-programs
setup:
	@packaging/setup build run
setup-test:
	@packaging/setup build run test

C_FILES := $(wildcard kiosk/*/*.[ch] kiosk/*/*/*.[ch] tests/*/*.[ch])
format:
	clang-format -i $(C_FILES)
format-check:
	clang-format --dry-run -Werror $(C_FILES)
clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
