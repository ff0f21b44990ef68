# SPDX-License-Identifier: Apache-2.0
# The version tree of a build, its installation, and the demonstration.
#
# build/bin, build/lib and build/share are a version like
# /opt/vedette/versions/VERSION; sites link there.
LINKDIR = /usr/local
VEDETTE_ROOT ?= /opt/vedette
WEB_FILES    = $(shell find web -type f)
NOTIFY_FILES = $(wildcard packaging/notifications/*)

$(BUILD)/.tree: $(WEB_FILES) $(NOTIFY_FILES) packaging/set-capabilities \
    packaging/bash-completion/vedette packaging/man/vedette.1 \
    packaging/systemd/vedette@.service packaging/install.mk
	rm -rf $(BUILD)/share
	mkdir -p $(BUILD)/lib/nagios/plugins \
	  $(BUILD)/share/vedette/notifications $(BUILD)/share/man/man1 \
	  $(BUILD)/share/bash-completion/completions $(BUILD)/share/systemd
	web/build $(abspath $(BUILD)/share/web) $(abspath build/node)
	if [ -n "$(NOTIFY_FILES)" ]; then \
	  cp $(NOTIFY_FILES) $(BUILD)/share/vedette/notifications/; fi
	cp packaging/set-capabilities $(BUILD)/share/vedette/
	cp packaging/man/vedette.1 $(BUILD)/share/man/man1/
	cp packaging/bash-completion/vedette \
	  $(BUILD)/share/bash-completion/completions/
	cp packaging/systemd/vedette@.service $(BUILD)/share/systemd/
	touch $@

# What the programs print about themselves; a test compares it.
REFERENCES = settings configuration rulesets messages checks columns commands \
             methods
docs: $(BUILD)/bin/vedette ## write the printed references into docs/
	$(foreach t,$(REFERENCES),$(BUILD)/bin/vedette reference $(t) \
	  >docs/$(t).md &&) \
	  $(BUILD)/bin/vedette reference man >packaging/man/vedette.1

dependencies: ## install the packages to build and to run
	packaging/install-dependencies build run

# Into PREFIX alone, except for the default place: that gets its links below
# LINKDIR too (command, completion, man page, unit).
install: all ## install into PREFIX (DESTDIR is put before it)
	packaging/install-tree $(BUILD) $(DESTDIR)$(PREFIX)
	if [ '$(PREFIX)' = '$(VEDETTE_ROOT)/versions/$(VERSION)' ]; then \
	  packaging/install-links '$(DESTDIR)' '$(PREFIX)' '$(LINKDIR)' \
	    '$(VEDETTE_ROOT)'; fi

demo: ## install what is needed, build, and run a site that watches this machine
	packaging/demo start $(BUILD)

demo-stop: ## remove the demonstration with all its traces
	packaging/demo stop $(BUILD)

.PHONY: docs dependencies install demo demo-stop
