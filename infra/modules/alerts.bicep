// What somebody should hear of. README.md beside main.bicep says what to do about each.
param prefix string
param location string
param tags object

@description('Empty: the alerts fire, show in the portal and tell nobody.')
param email string
param workspaceName string
param insightsName string
param vaultName string
param storageNames array

@description('Address that answers 200 when the deployment is ready.')
param readyAddress string

@description('Asks it every 15 minutes from outside.')
param probeReadiness bool

// The Functions host reports the same requests under its own role: ours are counted, once.
// Times are those of the traced requests (tracePercent). A percentage of a handful of requests says nothing.
var errorRate = '''
AppMetrics
| where Name == 'http.server.request.duration' and AppRoleName == 'latchkey'
| summarize total = sum(ItemCount), failed = sumif(ItemCount, toint(Properties['http.response.status_code']) >= 500)
| where total >= 50
| project value = 100.0 * failed / total
'''
var latency = '''
AppRequests
| where AppRoleName == 'latchkey'
| summarize total = sum(ItemCount), value = percentile(DurationMs, 95)
| where total >= 50
| project value
'''
var failedSignIns = '''
AppMetrics
| where Name == 'latchkey.signin.failed' and AppRoleName == 'latchkey'
| summarize value = sum(Sum)
'''
// Whoever asks: the probe below, a load balancer, a person.
var notReady = '''
AppMetrics
| where Name == 'http.server.request.duration' and AppRoleName == 'latchkey'
| where Properties['http.route'] == '/health/ready' and toint(Properties['http.response.status_code']) >= 500
| summarize value = sum(ItemCount)
'''
var auditDropped = '''
AppMetrics
| where Name == 'latchkey.audit.dropped' and AppRoleName == 'latchkey'
| summarize value = sum(Sum)
'''
// Counted by a timer every five minutes, as long as they lie there.
var poison = '''
AppMetrics
| where Name == 'latchkey.queues.poison' and AppRoleName == 'latchkey'
| summarize value = sum(Sum)
'''
var refreshReused = '''
AppMetrics
| where Name == 'latchkey.refresh.reused' and AppRoleName == 'latchkey'
| summarize value = sum(Sum)
'''
// A timer that throws is the host's failed request; what a timer survives, one tenant or file at a time, the app logs.
var timersFailed = '''
union
(AppRequests
| where AppRoleName != 'latchkey' and Success == false
| where Name in ('files-check', 'files-sweep', 'finish-removals', 'rotate-keys', 'send-events', 'send-logouts', 'sweep', 'sweep-uploads', 'watch-queues')),
(AppTraces
| where AppRoleName == 'latchkey' and SeverityLevel >= 3
| where tostring(Properties['CategoryName']) in ('Latchkey.Events.EventSender', 'Latchkey.Files.FileSweepTimer', 'Latchkey.Files.IntegrityCheckTimer', 'Latchkey.Files.UploadSweepTimer', 'Latchkey.Keys.KeyRotation', 'Latchkey.OAuth.BackchannelLogout', 'Latchkey.OAuth.TableSweepTimer'))
| summarize value = count()
'''
// The workspace says so itself, in a table that no cap holds back.
var logCapReached = '''
_LogOperation
| where Category =~ 'Ingestion' and Detail has 'OverQuota'
| summarize value = count()
'''
var rules = [
  {
    name: 'error-rate'
    text: 'More than 2 % of the requests of 15 minutes were answered 5xx.'
    query: errorRate
    threshold: 2
    severity: 1
  }
  {
    name: 'latency'
    text: 'A twentieth of the requests of 15 minutes took longer than 2 seconds.'
    query: latency
    threshold: 2000
    severity: 2
  }
  {
    name: 'failed-sign-ins'
    text: 'More than 200 sign-ins failed within 15 minutes: somebody is guessing passwords.'
    query: failedSignIns
    threshold: 200
    severity: 2
  }
  {
    name: 'not-ready'
    text: '/health/ready answered 503 more than twice within 15 minutes: tables, blobs or keys are down.'
    query: notReady
    threshold: 2
    severity: 1
  }
  {
    name: 'audit-dropped'
    text: 'Audit entries were lost.'
    query: auditDropped
    threshold: 0
    severity: 1
  }
  {
    name: 'poison-queue'
    text: 'Messages failed five times and lie in a poison queue: a job, a picture or a scan is not being worked on.'
    query: poison
    threshold: 0
    severity: 2
  }
  {
    name: 'refresh-reused'
    text: 'More than 20 sessions ended within 15 minutes because an old refresh token came again: stolen tokens, or an app that stores them wrongly.'
    query: refreshReused
    threshold: 20
    severity: 2
  }
  {
    name: 'timers-failed'
    text: 'A timer failed: trash, expired tables or old keys stay where they are.'
    query: timersFailed
    threshold: 0
    severity: 2
  }
  {
    name: 'log-cap-reached'
    text: 'The daily cap of the logs is reached: until tomorrow nothing is recorded, and the other log alerts are blind.'
    query: logCapReached
    threshold: 0
    severity: 1
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' existing = {
  name: workspaceName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = [
  for storageName in storageNames: {
    name: storageName
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: '${prefix}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'latchkey'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource queries 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Latchkey: ${rule.name}'
      description: rule.text
      severity: rule.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: 'PT15M'
      windowSize: 'PT15M'
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'value'
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      // A workspace knows a table only once something was written to it.
      skipQueryValidation: true
      actions: {
        actionGroups: empty(email) ? [] : [people.id]
      }
    }
  }
]

resource vaultThrottled 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${prefix}-vault-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'Key Vault answered 429: tokens are being signed faster than the vault allows.'
    severity: 1
    enabled: true
    scopes: [vault.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'throttled'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.KeyVault/vaults'
          metricName: 'ServiceApiResult'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'StatusCode'
              operator: 'Include'
              values: ['429']
            }
          ]
        }
      ]
    }
    autoMitigate: true
    actions: empty(email)
      ? []
      : [
          {
            actionGroupId: people.id
          }
        ]
  }
}

// One per account: a storage metric's alert watches no more than one.
resource storageThrottled 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for (storageName, i) in storageNames: {
    name: '${prefix}-throttled-${storageName}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Storage turned requests away because there were too many, or was too busy for them.'
      severity: 1
      enabled: true
      scopes: [storage[i].id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'throttled'
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.Storage/storageAccounts'
            metricName: 'Transactions'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 10
            dimensions: [
              {
                name: 'ResponseType'
                operator: 'Include'
                values: [
                  'ClientThrottlingError'
                  'ClientAccountBandwidthThrottlingError'
                  'ClientAccountRequestThrottlingError'
                  'ServerBusyError'
                  'SuccessWithThrottling'
                ]
              }
            ]
          }
        ]
      }
      autoMitigate: true
      actions: empty(email)
        ? []
        : [
            {
              actionGroupId: people.id
            }
          ]
    }
  }
]

// A deployment that does not answer at all sends no figure: only somebody outside can tell.
resource probe 'Microsoft.Insights/webtests@2022-06-15' = if (probeReadiness) {
  name: '${prefix}-ready'
  location: location
  // Application Insights finds its tests by this tag.
  tags: union(tags, { 'hidden-link:${insights.id}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: '${prefix}-ready'
    Name: '${prefix}-ready'
    Enabled: true
    Kind: 'standard'
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    // West Europe: https://learn.microsoft.com/azure/azure-monitor/app/availability (location population tags)
    Locations: [
      {
        Id: 'emea-nl-ams-azr'
      }
    ]
    Request: {
      RequestUrl: readyAddress
      HttpVerb: 'GET'
      FollowRedirects: false
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource unreachable 'Microsoft.Insights/metricAlerts@2026-01-01' = if (probeReadiness) {
  name: '${prefix}-unreachable'
  location: 'global'
  tags: tags
  properties: {
    description: 'The deployment is not ready, or does not answer, or its certificate ends within 14 days.'
    severity: 0
    enabled: true
    scopes: [insights.id, probe.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: probe.id
      componentId: insights.id
      failedLocationCount: 1
    }
    autoMitigate: true
    actions: empty(email)
      ? []
      : [
          {
            actionGroupId: people.id
          }
        ]
  }
}
