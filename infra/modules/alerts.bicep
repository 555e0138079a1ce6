// Four things that somebody should hear of: errors, slowness, a throttled vault, sign-ins that fail in numbers.
param prefix string
param location string
param tags object

@description('Empty: the alerts fire, show in the portal and tell nobody.')
param email string
param workspaceName string
param vaultName string

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
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

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

resource queries 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
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

resource vaultThrottled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
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
    actions: empty(email) ? [] : [
      {
        actionGroupId: people.id
      }
    ]
  }
}
