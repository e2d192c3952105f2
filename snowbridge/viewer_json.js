// Snowplow enriched event -> viewer JSON, the compact form of a media event (half the enriched event's size).
// Runs in Snowbridge after spEnrichedToJson. The decoder that reads it: lambdas/live_viewers/wire/viewer_json.py.
//
// The first eight fields are those of the reference accelerator's script, so that its consumer can read them too.
// Every media event passes, other events are filtered out. An event without a viewer passes without `viewer_id`:
// it ends among the rejected records, where it can be seen, and not in silence here.

var MEDIA_VENDOR = 'com.snowplowanalytics.snowplow.media'
var V1_VENDOR = 'com.snowplowanalytics.snowplow'
var V1_EVENT = 'media_player_event'

// What the stage's dimensions and title ids may be read from goes along in `carried`, by its name here: an event's
// entities of other vendors than Snowplow whole (so a dimension of an entity of your own needs nothing here), and of
// columns and common entities what the default dimensions read (lambdas/live_viewers/dimensions/defaults.py), and the
// app's version and provider, which many stages add.
// A dimension that reads another column or field: add its name.
var CARRIED_COLUMNS = ['app_id', 'platform', 'geo_country', 'ip_isp', 'dvce_type', 'os_name', 'br_family', 'br_name']
var CARRIED_FIELDS = {
  contexts_nl_basjes_yauaa_context_1: ['deviceClass', 'operatingSystemName', 'agentName'],
  contexts_com_snowplowanalytics_snowplow_ua_parser_context_1: ['osFamily', 'useragentFamily'],
  contexts_com_snowplowanalytics_snowplow_mobile_context_1: ['osType'],
  contexts_com_snowplowanalytics_snowplow_application_1: ['version'],
  contexts_com_snowplowanalytics_mobile_application_1: ['version'],
}
// Vendors of what trackers and enrichments attach to every event: never carried whole.
var COMMON_VENDORS = /^contexts_(com_snowplowanalytics|nl_basjes|org_w3|org_ietf|org_whatwg|com_google|com_iab|com_youtube)_/

// Ids that belong to nobody; the same as the deployment's PLACEHOLDER_VIEWER_IDS.
var NOBODY = ['', '00000000-0000-0000-0000-000000000000', '00000000000000000000000000000000', 'PoC user']

function first(event, entity) {
  var list = event['contexts_com_snowplowanalytics_snowplow_' + entity]
  return list && list.length > 0 ? list[0] : null
}

function ownData(event, isMedia, isV1) {
  if (isMedia) return event['unstruct_event_com_snowplowanalytics_snowplow_media_' + event.event_name + '_1']
  return isV1 ? event['unstruct_event_com_snowplowanalytics_snowplow_media_player_event_1'] : null
}

// The rule of the profiles: user_id, else domain_userid, else client_session.userId (mobile), else network_userid.
function viewerOf(event) {
  var clientSession = first(event, 'client_session_1')
  var candidates = [event.user_id, event.domain_userid, clientSession && clientSession.userId, event.network_userid]
  for (var i = 0; i < candidates.length; i++) {
    var id = typeof candidates[i] === 'string' ? candidates[i].trim() : ''
    if (NOBODY.indexOf(id) === -1) return id
  }
  return null
}

function some(entity, names) {
  var kept = {}
  for (var i = 0; i < names.length; i++) {
    if (entity[names[i]] !== undefined) kept[names[i]] = entity[names[i]]
  }
  return kept
}

function carriedOf(event) {
  var carried = {}
  for (var i = 0; i < CARRIED_COLUMNS.length; i++) {
    var column = event[CARRIED_COLUMNS[i]]
    if (column !== undefined && column !== null && column !== '') carried[CARRIED_COLUMNS[i]] = column
  }
  for (var name in event) {
    var list = event[name]
    if (name.indexOf('contexts_') !== 0 || !list || !list.length) continue
    if (CARRIED_FIELDS[name]) carried[name] = [some(list[0], CARRIED_FIELDS[name])]
    else if (!COMMON_VENDORS.test(name)) carried[name] = [list[0]]
  }
  return carried
}

function main(input) {
  var event = typeof input.Data === 'string' ? JSON.parse(input.Data) : input.Data
  var player = first(event, 'media_player_2') || first(event, 'media_player_1')
  var isMedia = event.event_vendor === MEDIA_VENDOR
  var isV1 = event.event_vendor === V1_VENDOR && event.event_name === V1_EVENT
  if (event.event !== 'unstruct' || !(isMedia || isV1 || player)) return { FilterOut: true }

  var session = first(event, 'media_session_1')
  var ad = first(event, 'media_ad_1')
  var adBreak = first(event, 'media_ad_break_1')
  var webPage = first(event, 'web_page_1')
  var payload = ownData(event, isMedia, isV1)
  var viewer = viewerOf(event)

  var data = {
    collector_tstamp: event.collector_tstamp,
    event_id: event.event_id,
    event_name: event.event_name,
    adId: ad ? ad.adId : 0,
    derived_tstamp: event.derived_tstamp,
    dvce_created_tstamp: event.dvce_created_tstamp,
  }
  if (viewer !== null) data.viewer_id = viewer
  if (!isMedia && !isV1) data.event_vendor_name = event.event_vendor
  if (player) {
    data.video_ts = player.currentTime
    data.player = player
  }
  if (session) {
    data.adsClicked = session.adsClicked || 0
    data.adsSkipped = session.adsSkipped || 0
    data.media_session_id = session.mediaSessionId
    data.session = session
  }
  // What there is instead of a media session: version 1 of the media events, trackers told to send none.
  if (!(session && session.mediaSessionId.trim()) && webPage) data.page_view_id = webPage.id
  if (ad) data.ad = ad
  if (adBreak) data.ad_break = adBreak
  if (payload && Object.keys(payload).length > 0) data.payload = payload

  data.carried = carriedOf(event)

  // One viewer, one key, one partition. Without a key Snowbridge takes a random one for each message.
  var output = { Data: data }
  if (viewer !== null) output.PartitionKey = viewer
  return output
}
