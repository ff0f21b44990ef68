<?php
# SPDX-License-Identifier: Apache-2.0
# NagVis's Livestatus backend, asked as its maps ask it; prints JSON.
# Arguments: the socket as in nagvis.ini.php, the CA or "".
error_reporting(E_ALL & ~E_DEPRECATED);
$socket = $argv[1];
$ca = $argv[2];
$classes = '/usr/share/nagvis/share/server/core/classes/';
$defines = '/usr/share/nagvis/share/server/core/defines/';
require $defines . 'global.php';
require $defines . 'matches.php';

function l($text, $args = null) { return $text . json_encode($args); }

function cfg($section, $key) {
    global $socket, $ca;
    $all = ['socket' => $socket, 'timeout' => 10, 'verify_tls_peer' => 1,
            'verify_tls_ca_path' => $ca, 'only_permitted_objects' => false,
            'staleness_threshold' => 1.5];
    return $all[$key];
}

class BackendException extends Exception {}
class BackendConnectionProblem extends BackendException {}
class BackendInvalidResponse extends BackendException {}

class Thing {
    function __construct(private $type, private $name, private $service = '') {}
    function getType() { return $this->type; }
    function getName() { return $this->name; }
    function getServiceDescription() { return $this->service; }
    function hasExcludeFilters($count) { return false; }
}

require $classes . 'GlobalBackendInterface.php';
require $classes . 'GlobalBackendmklivestatus.php';
$b = new GlobalBackendmklivestatus('live');
$name = [['key' => 'host_name', 'op' => '=', 'val' => 'name']];
$both = [['key' => 'host_name', 'op' => '=', 'val' => 'name'],
         ['key' => 'service_description', 'op' => '=', 'val' => 'x']];
$group = [['key' => 'groups', 'op' => '>=', 'val' => 'name']];
$web01 = [[new Thing('host', 'web01')]];
echo json_encode([
    'hosts' => $b->getObjects('host'),
    'groups' => $b->getObjects('hostgroup'),
    'services' => $b->getObjects('service', 'db01'),
    'host' => $b->getHostState($web01, 1, $name),
    'service' => $b->getServiceState(
        [[new Thing('service', 'web02', 'HTTP')]], 1, $both),
    'members' => $b->getHostMemberCounts($web01, 1, $name),
    'hostgroup' => $b->getHostgroupStateCounts(
        [[new Thing('hostgroup', 'web')]], 1, $group),
    'servicegroup' => $b->getServicegroupStateCounts(
        [[new Thing('servicegroup', 'http')]], 1, $group),
    'no_parent' => $b->getHostNamesWithNoParent(),
    'children' => $b->getDirectChildNamesByHostName('db01'),
    'problems' => $b->getHostNamesProblematic(),
    'start' => $b->getProgramStart(),
    'contacts' => $b->getContactsWithGroups(),
    'geomap' => $b->getGeomapHosts(),
]);
$b->actionAcknowledge('service', 'web02;HTTP', 'by NagVis', true, false, true,
                      'ann');
