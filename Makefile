# SPDX-License-Identifier: Apache-2.0
# One non-recursive makefile. `make help` lists the targets.
#
# Builds live side by side: BUILD=build/asan SAN=address,undefined make
.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

CC      = gcc
BUILD   = build
SAN     =
V       =# V=1 shows the commands
Q       = $(if $(V),,@)
WERROR  = -Werror
PREFIX  = /opt/vedette/versions/$(VERSION)
DESTDIR =
DAEMONS = core fetcher notifyd eventd livestatusd
VERSION := $(shell packaging/version)

STD  = -std=gnu11 -D_GNU_SOURCE -fno-common
# Left out, with reasons: -Wconversion and -Wsign-conversion (false alarms in
# byte code), -Wpadded, -Wswitch-default (hides -Wswitch-enum),
# -Wdeclaration-after-statement (C99's `for`), -Winline.
WARN = -Wall -Wextra $(WERROR) -Wshadow -Wundef -Wvla -Wformat=2 \
       -Wwrite-strings -Wpointer-arith -Wswitch-enum \
       -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
WARN_gcc   = -Wduplicated-cond -Wlogical-op
WARN_clang =
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
MODE   = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all \
         -fno-omit-frame-pointer,$(HARDEN))
ALL_CFLAGS  = $(STD) $(WARN) $(WARN_$(CC)) -O2 -g $(MODE) -I. -I$(BUILD)/gen \
              $(CFLAGS)
ALL_LDFLAGS = $(MODE) -Wl,--as-needed $(if $(SAN),,-pie -Wl,-z,relro,-z,now) \
              $(LDFLAGS)
# The sanitizer's own crypt_r calls the library's, which must be there then.
LIBCRYPT = $(if $(SAN),-Wl$(comma)--no-as-needed -lcrypt -Wl$(comma)--as-needed,-lcrypt)
comma = ,
LIBS = -lzmq -lmsgpackc -luv -ljansson -lyaml -lpcre2-8 -lhs -lssl -lcrypto \
       -lsqlite3 -lcurl -lmicrohttpd -lldap -llber $(LIBCRYPT) -loping -lnetsnmp -lcap -lcares -ledit -lz -lm -lpthread
TEST_LIBS = -lcmocka

src  = $(sort $(wildcard $(1)/*.c $(1)/*/*.c $(1)/*/*/*.c))
objs = $(patsubst %.c,$(BUILD)/%.o,$(1))
COMMON = $(BUILD)/common/libcommon.a
DAEMON_BINS = $(DAEMONS:%=$(BUILD)/bin/vedette-%)
PLUGINS = $(patsubst plugins/%.c,$(BUILD)/lib/nagios/plugins/%,$(wildcard plugins/*.c))
BINS = $(DAEMON_BINS) $(BUILD)/bin/vedette $(BUILD)/bin/vedette-agent $(PLUGINS)
DAEMON_LIBS = $(foreach d,$(DAEMONS),$(BUILD)/$(d)/lib$(d).a)

all: $(BINS) $(BUILD)/.tree ## build everything into build/bin (default)

# --- libraries and programs ------------------------------------------------
$(COMMON): $(call objs,$(call src,common))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define daemon
$(BUILD)/$(1)/lib$(1).a: $(call objs,$(filter-out $(1)/main.c,$(call src,$(1))))
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
$(BUILD)/bin/vedette-$(1): $(BUILD)/$(1)/main.o $(BUILD)/$(1)/lib$(1).a $(COMMON)
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(LIBS)
$(BUILD)/tests/unit/$(1)/%: $(BUILD)/tests/unit/$(1)/%.o $(BUILD)/$(1)/lib$(1).a $(COMMON)
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(TEST_LIBS) $$(LIBS)
$(BUILD)/tests/fuzz/$(1)/%: $(BUILD)/tests/fuzz/$(1)/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/$(1)/lib$(1).a $(COMMON)
	@echo "  LINK  $$@"
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach d,$(DAEMONS),$(eval $(call daemon,$(d))))

# The command calls the pure parts of the daemons.
$(BUILD)/site/libsite.a: $(call objs,$(filter-out site/main.c,$(call src,site)))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
SITE_LIBS = $(BUILD)/site/libsite.a $(DAEMON_LIBS) $(COMMON)
$(BUILD)/bin/vedette: $(BUILD)/site/main.o $(SITE_LIBS)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/tests/unit/site/%: $(BUILD)/tests/unit/site/%.o $(SITE_LIBS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS) $(LIBS)
$(BUILD)/tests/fuzz/site/%: $(BUILD)/tests/fuzz/site/%.o $(BUILD)/tests/fuzz/replay.o $(SITE_LIBS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/tests/unit/common/%: $(BUILD)/tests/unit/common/%.o $(COMMON)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS) $(LIBS)
$(BUILD)/tests/fuzz/common/%: $(BUILD)/tests/fuzz/common/%.o $(BUILD)/tests/fuzz/replay.o $(COMMON)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(SITE_LIBS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Plugins for any core: a program each.
$(BUILD)/lib/nagios/plugins/%: $(BUILD)/plugins/%.o $(COMMON)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# What runs on monitored hosts links libc alone.
$(BUILD)/agent/libagent.a: $(call objs,$(filter-out agent/main.c,$(call src,agent)))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/bin/vedette-agent: $(BUILD)/agent/main.o $(BUILD)/agent/libagent.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^
$(BUILD)/tests/unit/agent/%: $(BUILD)/tests/unit/agent/%.o $(BUILD)/agent/libagent.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags $(BUILD)/gen/version.h
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/flags: force
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' >$@
$(BUILD)/gen/version.h: force
	@mkdir -p $(@D)
	@echo '#define VEDETTE_VERSION "$(VERSION)"' | cmp -s - $@ || \
	  echo '#define VEDETTE_VERSION "$(VERSION)"' >$@

-include packaging/install.mk
-include tests/tests.mk

clean: ## remove every build
	rm -rf build

help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | \
	  sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

.PHONY: all clean help force
force:
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
