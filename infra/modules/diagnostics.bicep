// Who did what to the vault, the files and the tables, into the workspace. Reads of files are left out:
// the app audits each URL that it hands out, and a log line per download is the dearest line there is.
// The app's own lines come through Application Insights: FunctionAppLogs would pay for them twice.
param workspaceName string
param vaultName string
param fileStorageName string
param tableStorageName string
param functionAppName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' existing = {
  name: workspaceName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource fileStorage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: fileStorageName

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

resource tableStorage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: tableStorageName

  resource tables 'tableServices' existing = {
    name: 'default'
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

// The newest stable version, 2016-09-01, knows one setting per resource, called 'service': this preview is what Azure documents.
#disable-next-line use-recent-api-versions
resource vaultDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspace.id
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

#disable-next-line use-recent-api-versions
resource fileDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: fileStorage::blobs
  properties: {
    workspaceId: workspace.id
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

#disable-next-line use-recent-api-versions
resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: tableStorage::tables
  properties: {
    workspaceId: workspace.id
    logs: [
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

#disable-next-line use-recent-api-versions
resource appDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspace.id
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}
