# Writes a file for CTest with one test per suite of a GoogleTest program (callboard_test runs it after
# linking). A process per case would spend more time on starting than on testing: the programs are
# large, and sanitizers make them slow to load.
#
# PROGRAM: the program; LABEL: label, and first part of the names; TIMEOUT: in seconds; FILE: what to
# write; BY_CASE: suites, with commas between, whose cases are tests of their own: each takes seconds

cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${PROGRAM} --gtest_list_tests RESULT_VARIABLE code OUTPUT_VARIABLE listing
                ERROR_VARIABLE listing)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} --gtest_list_tests: ${code}\n${listing}")
endif()
# Suites stand at the start of a line and end with a dot, cases are indented; a comment on a type or a
# parameter may follow, and what comes before the first suite is no part of the list.
string(REGEX MATCHALL "\n *[A-Za-z0-9_/]+\\.?" lines "\n${listing}")
string(REPLACE "," ";" BY_CASE "${BY_CASE}")
set(names "")
set(suite "")
foreach(line IN LISTS lines)
  string(STRIP "${line}" name)
  if(NOT line MATCHES "\n ")
    set(suite "")
    if(name MATCHES "\\.$")
      string(REGEX REPLACE "\\.$" "" suite "${name}")
      set(is_split FALSE)
      if(suite IN_LIST BY_CASE)
        set(is_split TRUE)
        list(REMOVE_ITEM BY_CASE ${suite})
      else()
        list(APPEND names ${suite})
      endif()
    endif()
  elseif(suite AND is_split)
    list(APPEND names ${suite}.${name})
  endif()
endforeach()
if(NOT names)
  message(FATAL_ERROR "${PROGRAM} lists no suites:\n${listing}")
endif()
if(BY_CASE)
  message(FATAL_ERROR "${PROGRAM} has no suite ${BY_CASE}")
endif()

set(tests "")
foreach(name IN LISTS names)
  set(filter ${name}.*)
  if(name MATCHES "\\.")
    set(filter ${name})
  endif()
  # A suite of which cases were skipped counts as skipped, unless it failed: then the list of what was
  # skipped is not the last thing it says.
  string(APPEND tests "\
add_test([==[${LABEL}.${name}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${filter}]==])
set_tests_properties([==[${LABEL}.${name}]==] PROPERTIES LABELS [==[${LABEL}]==] TIMEOUT ${TIMEOUT}
  SKIP_REGULAR_EXPRESSION [==[\\[  SKIPPED \\] [^\n]*\n\$]==])
")
endforeach()
file(WRITE ${FILE} "${tests}")
